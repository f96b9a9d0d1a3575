// A spreadsheet on the page of a small supplier: looked through before it is sent, and sent once.
import { expect, expectAccessible, test } from './support/fixtures.mjs';
import { aHubForEach, day, DELIVERY, enter, line, promise, receipt, state, YEAR } from './support/supplier.mjs';

aHubForEach();

test('a spreadsheet is looked through before it is sent', async ({ page }) => {
  await promise();
  await enter(page);
  await page.locator('#sheet summary').click();
  const rows = [
    'Order;Finished;Scrapped;New date;Reason',
    `${DELIVERY};12;1;03/04/${YEAR};late steel`,
    'someone-elses;1;;;',
    `${DELIVERY};=1+1;;;`,
    `${DELIVERY};1.250;;;`,
    `${DELIVERY};2,5;;;`,
    `${DELIVERY};1;;${day(20)};`,
  ];
  await page.locator('#pasted').fill(rows.join('\n'));
  const row = (n) => page.locator(`#sheet-body tr[data-row="${n}"]`);
  await expect(row(2)).toContainText('two ways');
  await expect(row(3)).toContainText('no open order line someone-elses');
  await expect(row(4)).toContainText('no number: =1+1');
  await expect(row(5)).toContainText('two ways');
  await expect(row(6)).toContainText('only whole sets');
  await expect(row(7), 'the date that it has needs no reason').toHaveAttribute('data-wrong', 'no');
  await expect(page.locator('#receipts > li')).toHaveText(/Nothing was entered/);
  await page.locator('[data-order]').selectOption('dmy');
  await expect(row(2)).toContainText(`3 Apr ${YEAR}`);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Send 4 entries' }).click();
  await expect(state(page, 'R-1-4')).toHaveAttribute('data-state', 'recorded');
  await expect(line(page)).toContainText(`3 Apr ${YEAR}`);
  // The rows that were not sent stay, with their reasons.
  await expect(page.locator('#sheet-body')).toContainText('4 rows were not sent, or not all of them');
  await expect(page.locator('#pasted')).toHaveValue(/^Order\tFinished.*\nsomeone-elses\t1/);
  await expect(row(2)).toContainText('no open order line someone-elses');
  await expect(row(5)).toContainText('only whole sets');
  // A table of the same headings is matched as before.
  await page.locator('#pasted').fill(`Order;Finished;Scrapped;New date;Reason\n${DELIVERY};1;;;`);
  await page.locator('[data-column="1"]').selectOption('stock');
  await page.getByRole('button', { name: 'Send 1 entry' }).click();
  await expect(page.locator('#held')).toContainText('1 set');
  await page.locator('#pasted').fill(`Order;Finished;Scrapped;New date;Reason\n${DELIVERY};2;;;`);
  await expect(page.locator('[data-column="1"]')).toHaveValue('stock');
  // Headings that small shops write in other languages.
  for (const [heads, fields] of [
    ['Auftragsnr.;Menge;Liefertermin;Bemerkung', ['line', '?', 'date', 'reason']],
    ['Lieferung;Anzahl;Ausschuss;Neuer Termin;Grund', ['line', '?', 'scrapped', 'date', 'reason']],
    ['Commande;Quantité;Délai;Remarque', ['line', '?', 'date', 'reason']],
    ['Menge;Fertig;Bestellung', ['', 'made', 'line']],
    // The word that tells counts more than that of a quantity, wherever it stands.
    ['Order;Qty scrapped;Qty shipped;Finished date', ['line', 'scrapped', 'shipped', 'date']],
    ['Order;shipped qty;Number finished;Qty on hand', ['line', 'shipped', 'made', 'stock']],
    ['No.;Versandt;Gefertigte Menge;Scrap reason', ['line', 'shipped', 'made', 'reason']],
    // Two meanings are no guess, and what has not happened is not reported.
    ['Order;Scrapped / finished;Shipped date;Not finished', ['line', '?', '?', '?']],
    ['Order;Finished;Finished in all;Order date', ['line', '?', '?', '?']],
    ['Order qty;Delivery date;New date', ['', '', 'date']],
  ]) {
    await page.locator('#pasted').fill(`${heads}\nx;`);
    for (const [at, field] of fields.entries()) await expect(page.locator(`[data-column="${at}"]`), heads).toHaveValue(field);
  }
  // Nothing is sent before somebody has said what an untold column holds.
  await page.locator('#pasted').fill(`Order;Quantity\n${DELIVERY};3`);
  await expect(page.locator('#sheet-body')).toContainText('Choose what is in “Quantity”');
  await expect(page.locator('#sheet-body button')).toHaveCount(0);
  await expectAccessible(page);
  await page.locator('[data-column="1"]').selectOption('scrapped');
  await expect(page.locator('#sheet-body')).not.toContainText('Choose what is in');
  await page.getByRole('button', { name: 'Send 1 entry' }).click();
  await expect(line(page)).toContainText('scrapped 4');
});

test('the same sheet twice does not count twice', async ({ page }) => {
  await promise(20);
  await enter(page);
  await page.locator('#sheet summary').click();
  const sheet = `Order;Finished;Scrapped\n${DELIVERY};12;1`;
  const row = page.locator('#sheet-body tr[data-row="2"]');
  await page.locator('#pasted').fill(sheet);
  await expect(page.locator('#sheet-body')).toContainText('The row can be sent.');
  await page.getByRole('button', { name: 'Send 2 entries' }).click();
  await expect(state(page, 'R-1-2')).toHaveAttribute('data-state', 'recorded');
  await expect(line(page)).toContainText('finished 12 sets of 20 sets');
  await page.locator('#pasted').fill(sheet);
  await expect(row).toContainText(/The same as R-1-1 of \d\d:\d\d today/);
  await expect(row).toContainText(/The same as R-1-2 of/);
  await expect(page.locator('#sheet-body')).toContainText('2 entries are not ticked');
  await expect(page.locator('#sheet-body button')).toHaveCount(0);
  await expectAccessible(page);
  // What is meant goes once it is ticked, and the rest of the row stays.
  await row.getByLabel(/^scrapped 1/).check();
  await page.getByRole('button', { name: 'Send 1 entry' }).click();
  await expect(line(page)).toContainText('scrapped 2');
  await expect(page.locator('#sheet-body')).toContainText('1 row was not sent, or not all of it');
  await expect(row.getByLabel(/^scrapped 1/)).not.toBeChecked();
  // What is asked about is ticked by hand.
  await page.locator('#pasted').fill(`Order;Finished\n${DELIVERY};9`);
  await expect(row).toContainText('Really 9 sets? With the 12 sets before, that is 21 sets of 20 sets.');
  await expect(row.getByRole('checkbox')).not.toBeChecked();
  await row.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Send 1 entry' }).click();
  await expect(line(page)).toContainText('finished 21 sets');
  // What was taken back counts no more, so it is no double.
  await receipt(page, 'R-1-4').getByRole('button', { name: 'Take back R-1-4' }).click();
  await receipt(page, 'R-1-4').getByRole('button', { name: 'Yes, take it back' }).click();
  await expect(state(page, 'R-1-5')).toHaveAttribute('data-state', 'recorded');
  await page.locator('#pasted').fill(`Order;Finished\n${DELIVERY};9`);
  await expect(row).not.toContainText('The same as');
});

test('a sheet that is too large is refused at once', async ({ page }) => {
  await promise();
  await enter(page);
  await page.locator('#sheet summary').click();
  await page.locator('#pasted').evaluate((box) => {
    const data = new DataTransfer();
    data.setData('text/plain', `Order;Finished\n${'spools-17;1\n'.repeat(100_000)}`);
    box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await expect(page.locator('#sheet-body')).toContainText('more than 200,000 characters');
  await expect(page.locator('#pasted')).toHaveValue('');
  await page.locator('#pasted').fill(`Order;Finished\n${`${DELIVERY};1\n`.repeat(501)}`);
  await expect(page.locator('#sheet-body')).toContainText('more than 500 rows');
});
