// What can be seen: where things lie on the page, and which colours the picture shows.

/** Half the side of the square that is looked at around a point [px]. */
const REACH = 14;
/** Colours are the same when their hues differ by no more than this [degrees]. */
const HUE_TOLERANCE = 16;
/** Greyer than this has no hue to speak of [ratio]. */
const LEAST_SATURATION = 0.3;

/** Where an element lies on the page, or null when it is not shown. */
export async function boxOf(page, selector) {
  return page.locator(selector).boundingBox();
}

/**
 * The share of pixels around a point of the page that have the hue of `#rrggbb`. The picture is
 * shaded and patterned, which changes how light a colour is and leaves its hue.
 */
export async function shareOfColour(page, { x, y }, colour) {
  const clip = { x: Math.max(0, x - REACH), y: Math.max(0, y - REACH), width: 2 * REACH, height: 2 * REACH };
  const picture = (await page.screenshot({ clip })).toString('base64');
  return page.evaluate(async ({ picture, colour, tolerance, least }) => {
    const hueOf = (r, g, b) => {
      const most = Math.max(r, g, b);
      const span = most - Math.min(r, g, b);
      if (most === 0 || span / most < least) return null;
      const sector = most === r ? ((g - b) / span) % 6 : most === g ? (b - r) / span + 2 : (r - g) / span + 4;
      return (sector * 60 + 360) % 360;
    };
    const levels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
    const wanted = hueOf(...levels);
    const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    let same = 0;
    for (let at = 0; at < data.length; at += 4) {
      const hue = hueOf(data[at], data[at + 1], data[at + 2]);
      if (hue !== null && Math.abs(((hue - wanted + 540) % 360) - 180) <= tolerance) same += 1;
    }
    return same / (data.length / 4);
  }, { picture, colour, tolerance: HUE_TOLERANCE, least: LEAST_SATURATION });
}
