// What can be seen in the picture: which colours it shows, and what is flagged in it.

/** Half the side of the square that is looked at around a point [px]. */
const REACH = 160;
/** Colours are the same when their hues differ by no more than this [degrees]… */
const HUE_TOLERANCE = 12;
/** …and their saturations by no more than this [ratio]. */
const SATURATION_TOLERANCE = 0.22;

/**
 * The share of pixels around a point of the page that have the hue and saturation of `#rrggbb`.
 * The picture is shaded and patterned, which changes how light a colour is and leaves both.
 */
export async function shareOfColour(page, { x, y }, colour) {
  const clip = { x: Math.max(0, x - REACH), y: Math.max(0, y - REACH), width: 2 * REACH, height: 2 * REACH };
  const picture = (await page.screenshot({ clip })).toString('base64');
  return page.evaluate(async ({ picture, colour, hueTolerance, saturationTolerance }) => {
    const read = (r, g, b) => {
      const most = Math.max(r, g, b);
      const span = most - Math.min(r, g, b);
      if (span === 0) return { hue: 0, saturation: 0 };
      const sector = most === r ? ((g - b) / span) % 6 : most === g ? (b - r) / span + 2 : (r - g) / span + 4;
      return { hue: (sector * 60 + 360) % 360, saturation: span / most };
    };
    const wanted = read(...[1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)));
    const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    let same = 0;
    for (let at = 0; at < data.length; at += 4) {
      const { hue, saturation } = read(data[at], data[at + 1], data[at + 2]);
      const turned = Math.abs(((hue - wanted.hue + 540) % 360) - 180);
      if (turned <= hueTolerance && Math.abs(saturation - wanted.saturation) <= saturationTolerance) same += 1;
    }
    return same / (data.length / 4);
  }, { picture, colour, hueTolerance: HUE_TOLERANCE, saturationTolerance: SATURATION_TOLERANCE });
}

/** The stations whose labels in the picture carry the flag, as far as labels have room. */
export async function flaggedInPicture(page) {
  const labels = page.locator('#labels .label.flagged:not(.away)');
  return labels.evaluateAll((all) => all.map(({ dataset }) => dataset.label));
}
