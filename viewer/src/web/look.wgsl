// One cheap material for everything: the vertex colour times the look's colour, a pattern over
// it, light from the sky and one sun. Looks come from a texture, two texels for each item. What is
// not there yet is drawn by a second, blended copy of it.

#import bevy_pbr::{
    forward_io::VertexOutput,
    mesh_functions::{get_tag, get_world_from_local},
    mesh_view_bindings::{globals, view},
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var looks: texture_2d<f32>;

const WIDTH: u32 = 256u;
// How much of what is not there yet covers what is behind it.
const GHOST: f32 = 0.5;
const NET_M: f32 = 25.0;
const SUN: vec3<f32> = vec3<f32>(0.38, 0.79, 0.48);

fn linear(c: vec3<f32>) -> vec3<f32> {
    return c * (c * (c * 0.305306 + 0.682171) + 0.012523);
}

// Distance to the nearest line of period 1, from 0 on it to 0.5.
fn line(x: f32) -> f32 {
    return abs(fract(x) - 0.5);
}

// How much of the pattern's ink is at a place; `p` is in periods, `soft` a pixel in periods.
fn ink(kind: u32, p: vec2<f32>, soft: f32) -> f32 {
    var d = 1.0;
    if kind == 1u { d = line((p.x + p.y) * 0.7071) - 0.17; }
    else if kind == 2u { d = line((p.x - p.y) * 0.7071) - 0.17; }
    else if kind == 3u { d = length(fract(p * 0.9) - 0.5) - 0.24; }
    else if kind == 4u { d = line(p.x) - 0.17; }
    else if kind == 5u { d = line(p.y) - 0.15; }
    else if kind == 6u { d = min(line((p.x + p.y) * 0.7071), line((p.x - p.y) * 0.7071)) - 0.13; }
    else if kind == 7u { d = min(line(p.x * 0.6), line(p.y * 0.6)) - 0.05; }
    else if kind == 10u { d = sin(p.x * 3.1416) * sin(p.y * 3.1416) * -0.3; }
    else if kind == 11u {
        let q = abs(fract(p * 0.8) - 0.5);
        d = min(max(q.x - 0.11, q.y - 0.34), max(q.y - 0.11, q.x - 0.34));
    }
    else if kind == 12u { d = abs(length(fract(p * 0.8) - 0.5) - 0.28) - 0.09; }
    else if kind == 13u {
        let shifted = line(p.x * 0.5 + fract(floor(p.y) * 0.5)) * 2.0;
        d = min(line(p.y + 0.5) - 0.1, shifted - 0.1);
    }
    else if kind == 14u { d = line(p.y + 0.22 * sin(p.x * 3.1416)) - 0.14; }
    else if kind == 15u {
        let q = abs(fract(p * 0.7) - 0.5);
        d = q.x + q.y - 0.33;
    }
    return 1.0 - smoothstep(-soft, soft, d);
}

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
    let slot = get_tag(in.instance_index);
    let x = i32((slot * 2u) % WIDTH);
    let y = i32((slot * 2u) / WIDTH);
    let colour = textureLoad(looks, vec2<i32>(x, y), 0);
    let more = textureLoad(looks, vec2<i32>(x + 1, y), 0);
    let kind = u32(colour.a * 255.0 + 0.5);
    let flags = u32(more.r * 255.0 + 0.5);

    let n = normalize(in.world_normal);
    let place = in.world_position.xyz;
    var tint = linear(colour.rgb);

    // Patterns keep about the same size on the screen: their period is a power of two metres,
    // one for each item, by its distance.
    let centre = get_world_from_local(in.instance_index)[3].xyz;
    let near = max(distance(view.world_position.xyz, centre), 1.0);
    let metres = near * 0.72 / max(view.viewport.w, 1.0);
    let period = exp2(round(log2(metres * 11.0)));
    let soft = clamp(metres / period * 0.9, 0.02, 0.4);
    let a = abs(n);
    var p = place.xz;
    if a.x > a.y && a.x > a.z { p = vec2<f32>(place.z, -place.y); }
    else if a.z > a.y { p = vec2<f32>(place.x, -place.y); }
    var solid = 1.0;
    if (flags & 1u) != 0u { solid = GHOST; }
    if kind == 8u {
        let wave = sin(place.x * 0.09 + sin(place.z * 0.05) * 2.0) * sin(place.z * 0.11);
        tint = tint * (1.0 + 0.05 * wave);
    } else if kind == 9u {
        // A net of 25 m that fades where its lines would run together.
        let far = distance(view.world_position.xyz, place);
        let pixel = far * 0.72 / max(view.viewport.w, 1.0) / NET_M;
        let d = min(line(place.x / NET_M), line(place.z / NET_M)) - 0.006;
        let drawn = (1.0 - smoothstep(0.0, pixel * 0.9, d)) * clamp(1.0 - pixel * 9.0, 0.0, 1.0);
        tint = mix(tint, tint * 0.8 + vec3<f32>(0.012), drawn * 0.4);
    } else if kind > 0u {
        let dark = mix(tint * 0.28, vec3<f32>(0.006, 0.012, 0.02), 0.35);
        let strength = select(0.82, 0.5, kind == 7u);
        let inked = ink(kind, p / period, soft) * strength;
        tint = mix(tint, dark, inked);
        solid = mix(solid, 1.0, inked * 0.8);
    }

    var base = in.color.rgb * mix(vec3<f32>(1.0), tint, in.color.a);
    if (flags & 8u) != 0u { base = mix(base, vec3<f32>(dot(base, vec3<f32>(0.33))), 0.6); }

    var light = 1.0;
    if (flags & 16u) == 0u {
        let sky = 0.62 + 0.2 * n.y;
        light = sky + 0.42 * max(dot(n, SUN), 0.0);
    }
    if (flags & 2u) != 0u && (flags & 32u) != 0u {
        let wave = 0.5 + 0.5 * sin(globals.time * 3.6);
        base = base * (1.0 + 0.9 * wave * in.color.a) + vec3<f32>(0.03) * wave;
    }
    if (flags & 4u) != 0u { base = mix(base, vec3<f32>(1.0), 0.22); }
    return vec4<f32>(base * light, solid);
}
