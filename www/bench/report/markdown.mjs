// The figures as Markdown.

import { benches } from './benches.mjs';

/** docs/benchmarks.md, of the figures of all benches that there are. */
export function page(figures) {
  const names = Object.keys(benches).filter((name) => figures[name]);
  return `# Benchmarks

Written by \`cargo xtask bench\`; what is changed here by hand is lost. Each bench runs everybody in turn, in rounds, in one run. A figure is how many times as fast tidings is: the
median of each round's own ratio, with the quartiles. **Bold** is what falls short of a peer. The control is a peer against itself, which would be 1 without noise.

![${ALT_GLANCE}](benchmarks/glance.svg)

| | beside | median over the rows below, least to most | slower in |
| --- | --- | ---: | ---: |
${names.flatMap((name) => glanceRows(name, figures[name])).join('\n')}

${names.map((name) => section(name, figures[name], `benchmarks/${name}.svg`)).join('\n')}`;
}

/** One bench. With a plot if that is named. */
export function section(name, figures, plot) {
  const { title, about, why } = benches[name];
  const { rows, skipped, failed } = figures;
  const parts = [`## ${title}`, about, circumstances(figures)];
  if (rows.length) {
    if (rows[0].sizes) {
      parts.push(sizeTable(rows));
    } else {
      parts.push(...(plot ? [`![${title}: how many times as fast, as in the table below](${plot})`] : []), ratioTable(name, rows));
    }
  }
  const left = [...skipped.map((one) => ['Skipped', one]), ...failed.map((one) => ['Failed', one])];
  if (left.length) {
    parts.push(left.map(([how, { place, why }]) => `- ${how}${place && `: ${place}`}: ${why.replace(/[|<>]/g, ' ')}`).join('\n'));
  }
  if (why) {
    parts.push(`What falls short, and why: [${why.replace('../', '')}](${why}).`);
  }
  return `${parts.join('\n\n')}\n`;
}

/** For each pair of a bench: its medians over all rows, sorted. */
export function glance(name, { rows }) {
  return (benches[name].pairs ?? []).flatMap(([of, to]) => {
    const medians = rows.flatMap(({ ratios }) => ratios.filter((ratio) => ratio.of === of && ratio.to === to).map(({ ratio }) => ratio[0]));
    medians.sort((a, b) => a - b);
    return medians.length ? [{ of, to, medians, label: label(name, of, to) }] : [];
  });
}

/** Who stands beside whom, where that is not plain. */
function label(name, of, to) {
  return /^tidings(\/parser)?$/.test(of) ? to : `${of} / ${to}`;
}

function glanceRows(name, figures) {
  const link = `[${benches[name].title}](#${benches[name].title.toLowerCase().replaceAll(' ', '-')})`;
  if (figures.rows.some(({ sizes }) => sizes)) {
    return weights(name, figures.rows).map(({ of, to, times }, row) => `| ${row ? '' : link} | ${of} / ${to} | ${times > 1 ? `**${digits(times)}**` : digits(times)} times the bytes | |`);
  }
  const all = glance(name, figures);
  if (all.length === 0) {
    return [`| ${link} | failed | | |`];
  }
  return all.map(({ label, medians }, row) => {
    const below = medians.filter(isBelow).length;
    const middle = medians[(medians.length - 1) >> 1];
    return `| ${row ? '' : link} | ${label} | ${mark(middle)} (${digits(medians[0])}–${digits(medians.at(-1))}) | ${below ? `${below} of ${medians.length}` : 'none'} |`;
  });
}

/** How many times as much ours weighs, as brotli. */
function weights(name, rows) {
  return benches[name].weighed.flatMap(([of, to]) => {
    const [ours, theirs] = [of, to].map((begin) => rows.find(({ situation }) => situation.startsWith(begin)));
    const short = ({ situation }) => situation.replace(/:? \(?(all of it.*|for old browsers.*|a parser only.*)/, '').replace('tidings: ', '').replace(/ [\d.]+$/, '');
    return ours && theirs ? [{ of: `\`${short(ours)}\``, to: `\`${short(theirs)}\``, times: ours.sizes.brotli / theirs.sizes.brotli }] : [];
  });
}

function circumstances({ taken, machine, quick, rounds, versions }) {
  const date = new Date(`${taken}T00:00:00Z`).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  const run = rounds > 1 ? [`${rounds} rounds${quick ? ' of a quick run, which is noisier' : ''}`] : [];
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [date, ...(machine ? [machine] : []), ...run, names.join(', ')].filter(Boolean).join('; ') + '.';
}

function ratioTable(name, rows) {
  const { pairs, bounds = [], control, unit } = benches[name];
  const columns = [...pairs, ...bounds].filter(([of, to]) => rows.some((row) => find(row, of, to)));
  const manyPlaces = new Set(rows.map(({ place }) => place)).size > 1;
  const ours = [...new Set(pairs.map(([of]) => of))];
  const heads = [
    ...(manyPlaces ? ['where'] : []),
    'what',
    ...columns.map(([of, to]) => `${of} / ${to}`),
    `control: ${control[1]} / itself`,
    ...ours.map((name) => `${name}, ${unit}`),
  ];
  const words = manyPlaces ? 2 : 1;
  const lines = rows.map((row, index) => {
    const cells = [
      ...(manyPlaces ? [row.place === rows[index - 1]?.place ? '' : row.place] : []),
      row.situation,
      ...columns.map(([of, to]) => cell(find(row, of, to), pairs.some((pair) => pair[0] === of && pair[1] === to))),
      cell(find(row, ...control), false),
      ...ours.map((name) => (row.rates[name] === undefined ? '' : row.rates[name].toLocaleString('en'))),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [`| ${heads.join(' | ')} |`, `| ${heads.map((_, index) => (index < words ? '---' : '---:')).join(' | ')} |`, ...lines].join('\n');
}

function find({ ratios }, of, to) {
  return ratios.find((ratio) => ratio.of === of && ratio.to === to);
}

function cell(found, marked) {
  if (!found) {
    return '';
  }
  const [middle, low, high] = found.ratio;
  const cpu = found.cpu === undefined ? '' : ` [${digits(found.cpu)}]`;
  return `${marked ? mark(middle) : digits(middle)} (${digits(low)}–${digits(high)})${cpu}`;
}

function mark(ratio) {
  return isBelow(ratio) ? `**${digits(ratio)}**` : digits(ratio);
}

/** As it is shown. */
function isBelow(ratio) {
  return Number(digits(ratio)) < 1;
}

function digits(ratio) {
  return ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(1);
}

function sizeTable(rows) {
  const count = (bytes) => bytes.toLocaleString('en');
  const lines = rows.map(({ situation, sizes: { raw, gzip, brotli } }) => `| ${situation} | ${count(raw)} | ${count(gzip)} | ${count(brotli)} |`);
  return ['| minified | raw | gzip | brotli |', '| --- | ---: | ---: | ---: |', ...lines].join('\n');
}

const ALT_GLANCE = 'How many times as fast as each peer: medians, and the least and the most, as in the table below';
