/** Bar charts as an SVG for light and dark pages. */

export interface Panel {
  title: string;
  /** Names of the values of each bar. */
  names: string[];
  bars: { name: string; values: number[] }[];
  /** Decimals. */
  digits: number;
  /** Stacks the values of a bar; by default they stand below one another. */
  stacked?: boolean;
}

const WIDTH_PX = 860;
const COLUMN_PX = 420;
const LABEL_PX = 100;
const BAR_PX = 16;
const COLOURS = ['#2f7d6d', '#c9853b', '#6b7fb3'];

/** Draws the panels, two in a row. */
export function chart(panels: readonly Panel[]): string {
  const drawn = panels.map(draw);
  const heights = [0, 1].map((row) =>
    Math.max(...drawn.slice(row * 2, row * 2 + 2).map(({ height }) => height)),
  );
  const parts = drawn.map(
    ({ svg }, n) =>
      `<g transform="translate(${(n % 2) * (WIDTH_PX - COLUMN_PX)},${n < 2 ? 0 : heights[0]! + 24})">${svg}</g>`,
  );
  const height = heights[0]! + heights[1]! + 24;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH_PX} ${height}" width="${WIDTH_PX}" height="${height}" role="img">`,
    '<style>text{font:12px system-ui,sans-serif;fill:#24292f}.t{font-weight:600;font-size:13px}@media(prefers-color-scheme:dark){text{fill:#d6dde4}}</style>',
    ...parts,
    '</svg>\n',
  ].join('\n');
}

function draw({ title, names, bars, digits, stacked = false }: Panel): { svg: string; height: number } {
  const totals = bars.flatMap(({ values }) => (stacked ? values.reduce((a, b) => a + b, 0) : values));
  const scale = (COLUMN_PX - LABEL_PX - 60) / Math.max(...totals);
  const parts = [`<text class="t" x="0" y="14">${title}</text>`];
  let y = 22;
  if (names.length > 1) {
    let x = LABEL_PX;
    for (const [n, name] of names.entries()) {
      parts.push(
        `<rect x="${x}" y="${y}" width="10" height="10" fill="${COLOURS[n]}"/><text x="${x + 14}" y="${y + 10}">${name}</text>`,
      );
      x += 24 + name.length * 8;
    }
    y += 18;
  }
  const rect = (x: number, at: number, value: number, n: number, height: number) =>
    `<rect x="${x.toFixed(1)}" y="${at}" width="${Math.max(1, value * scale).toFixed(1)}" height="${height}" fill="${COLOURS[n]}"/>`;
  for (const { name, values } of bars) {
    parts.push(`<text x="0" y="${y + 13}">${name}</text>`);
    if (stacked) {
      let x = LABEL_PX;
      for (const [n, value] of values.entries()) {
        parts.push(rect(x, y, value, n, BAR_PX));
        x += value * scale;
      }
      parts.push(
        `<text x="${x + 5}" y="${y + 13}">${values.reduce((a, b) => a + b, 0).toFixed(digits)}</text>`,
      );
      y += BAR_PX + 8;
    } else {
      for (const [n, value] of values.entries()) {
        parts.push(
          rect(LABEL_PX, y, value, n, BAR_PX - 2),
          `<text x="${LABEL_PX + value * scale + 5}" y="${y + 12}">${value.toFixed(digits)}</text>`,
        );
        y += BAR_PX;
      }
      y += 8;
    }
  }
  return { svg: parts.join(''), height: y };
}
