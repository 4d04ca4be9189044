// The figures as SVG: dots with whiskers over a logarithmic axis, at whose 1 both are as fast. The background is the page's, light or dark, so all
// colours lie between.

import { benches } from './benches.mjs';
import { glance } from './markdown.mjs';

/** Each with a shape too, for who sees colours otherwise. All stand out from white and from black. */
export const COLOURS = { text: '#797c83', grid: '#797c8355', series: ['#2f86d9', '#d0651f', '#2c9a5f', '#a866cf'] };
const SHAPES = [
  (x, y) => `<circle cx="${x}" cy="${y}" r="4.5"/>`,
  (x, y) => `<rect x="${x - 4}" y="${y - 4}" width="8" height="8"/>`,
  (x, y) => `<path d="M${x} ${y - 5.5}l5.5 5.5l-5.5 5.5l-5.5 -5.5z"/>`,
  (x, y) => `<path d="M${x} ${y - 5}l5.2 9.5h-10.4z"/>`,
];
const WIDTH = 800;
const LEFT = 270;
const RIGHT = 24;
const ROW = 20;
const TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];

/** One bench: a row for each situation at each place, a series for each peer. */
export function benchPlot(name, { rows }) {
  const { title, pairs } = benches[name];
  const series = pairs.filter(([of, to]) => rows.some(({ ratios }) => ratios.some((ratio) => ratio.of === of && ratio.to === to)));
  const manyPlaces = new Set(rows.map(({ place }) => place)).size > 1;
  const lines = rows.flatMap(({ place, situation, ratios }, index) => {
    const points = ratios.flatMap(({ of, to, ratio }) => {
      const place = series.findIndex((pair) => pair[0] === of && pair[1] === to);
      return place < 0 ? [] : [{ series: place, ratio }];
    });
    const heading = manyPlaces && place !== rows[index - 1]?.place ? [{ heading: place }] : [];
    return [...heading, { label: situation, points }];
  });
  return plot(`${title}: how many times as fast`, series.map(([of, to]) => `${of} / ${to}`), lines);
}

/** All benches: a row for each peer, its whiskers the least and the most. */
export function glancePlot(figures) {
  const lines = Object.keys(figures).flatMap((name) => {
    const all = glance(name, figures[name]);
    const rows = all.map(({ label, medians }) => ({
      label,
      points: [{ series: 0, ratio: [medians[(medians.length - 1) >> 1], medians[0], medians.at(-1)] }],
    }));
    return rows.length ? [{ heading: benches[name].title }, ...rows] : [];
  });
  return plot('How many times as fast tidings is as its peers', [], lines);
}

function plot(title, series, lines) {
  const ratios = lines.flatMap(({ points = [] }) => points.flatMap(({ ratio }) => ratio));
  const low = Math.min(0.5, ...ratios) / 1.15;
  const high = Math.max(2, ...ratios) * 1.15;
  const x = (ratio) => round(LEFT + ((WIDTH - LEFT - RIGHT) * Math.log(ratio / low)) / Math.log(high / low));
  const top = 70 + 18 * Math.ceil(series.length / 2);
  const bottom = top + ROW * lines.length;
  const ticks = TICKS.filter((tick) => tick > low && tick < high);

  const body = [
    `<text x="12" y="24" font-size="16" font-weight="600">${escape(title)}</text>`,
    ...series.map((name, index) => {
      const at = { x: 18 + (index % 2) * 380, y: 44 + 18 * (index >> 1) };
      return `<g fill="${COLOURS.series[index]}">${SHAPES[index](at.x, at.y)}</g><text x="${at.x + 12}" y="${at.y + 4}">${escape(name)}</text>`;
    }),
    `<text x="${x(1) - 10}" y="${top - 22}" text-anchor="end">slower ◂</text><text x="${x(1) + 10}" y="${top - 22}">▸ faster</text>`,
    ...ticks.map((tick) => {
      const line = `<path d="M${x(tick)} ${top - 2}V${bottom}" stroke="${tick === 1 ? COLOURS.text : COLOURS.grid}" stroke-width="${tick === 1 ? 1.5 : 1}"/>`;
      return `${line}<text x="${x(tick)}" y="${top - 7}" text-anchor="middle">${tick}</text>`;
    }),
    ...lines.map(({ heading, label, points = [] }, index) => {
      const y = top + ROW * index + ROW / 2;
      if (heading) {
        return `<text x="12" y="${y + 4}" font-weight="600">${escape(heading)}</text>`;
      }
      const spread = points.length > 1 ? 3 : 0;
      const dots = points.map(({ series, ratio: [middle, least, most] }, place) => {
        const at = round(y + (place - (points.length - 1) / 2) * spread);
        const whisker = `<path d="M${x(least)} ${at}H${x(most)}" stroke="${COLOURS.series[series]}" stroke-width="2"/>`;
        return `<g fill="${COLOURS.series[series]}">${whisker}${SHAPES[series](x(middle), at)}</g>`;
      });
      return `<text x="${LEFT - 14}" y="${y + 4}" text-anchor="end">${escape(label)}</text>${dots.join('')}`;
    }),
  ];
  const height = bottom + 14;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="12.5" fill="${COLOURS.text}">
<title>${escape(title)}</title>
${body.join('\n')}
</svg>
`;
}

function round(number) {
  return Math.round(number * 10) / 10;
}

function escape(text) {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
