// docs/benchmark.svg: horizontal bars, one panel for each case, all contenders of a panel on one scale. Pure.
import { mainFigureOf } from "./columns.mjs";

const WIDTH = 880;
const LABEL = 250;
const VALUE = 110;
const BAR = 16;
const STEP = 22;
const PANEL_HEAD = 44;
const PANEL_GAP = 18;
const TOP = 84;

/** One colour for each contender, the same in every panel; gwc in its variants is the dark one. */
const COLOURS = {
  gwc: "#0b6e4f",
  pipelining: "#3aa17e",
  parse: "#8fc7b3",
  routes: "#3aa17e",
  shared: "#0b6e4f",
  threads: "#3aa17e",
  node: "#c8553d",
  nginx: "#4a6fa5",
  fastify: "#b08c2e",
  krakend: "#7a5195",
};

export function chart(results) {
  const panels = results.cases.filter(({ rows }) => rows.length > 0);
  let y = TOP;
  const drawn = panels.map((panel) => {
    const text = drawPanel(panel, y);
    y += PANEL_HEAD + panel.rows.length * STEP + PANEL_GAP;
    return text;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="13">
<title id="title">What each gateway needs for a request, by case; shorter is better</title>
<rect width="${WIDTH}" height="${y}" fill="#ffffff"/>
<text x="20" y="30" font-size="18" font-weight="600" fill="#1a1a1a">What a request costs</text>
<text x="20" y="50" fill="#555555">Shorter is better. Medians; thin lines go from the least run to the greatest.</text>
<text x="20" y="67" fill="#555555">${escaped(results.machine)}</text>
${drawn.join("\n")}
</svg>
`;
}

function drawPanel(panel, top) {
  const { name, unit } = mainFigureOf(panel.name, panel.rows);
  const values = panel.rows.map(({ figures }) => figures[name]);
  const greatest = Math.max(...values.map((value) => value?.greatest ?? 0)) || 1;
  const scale = (value) => (value / greatest) * (WIDTH - LABEL - VALUE - 20);
  const bars = panel.rows.map((row, index) =>
    bar(row, values[index], top + PANEL_HEAD + index * STEP, scale),
  );
  return `<text x="20" y="${top + 24}" font-weight="600" fill="#1a1a1a">${escaped(panel.title)}<tspan dx="10" font-weight="400" fill="#555555">${escaped(unit)}</tspan></text>
<line x1="${LABEL}" y1="${top + PANEL_HEAD - 6}" x2="${LABEL}" y2="${top + PANEL_HEAD + panel.rows.length * STEP - 2}" stroke="#bbbbbb"/>
${bars.join("\n")}`;
}

function bar({ gateway, label }, value, y, scale) {
  const name = `<text x="${LABEL - 8}" y="${y + 12.5}" text-anchor="end" fill="#1a1a1a">${escaped(label)}</text>`;
  if (value === undefined) return name;
  const { median, least, greatest } = value;
  const [end, from, to] = [median, least, greatest].map((each) => round(LABEL + scale(each)));
  const middle = y + BAR / 2;
  const bold = gateway === "gwc" ? ' font-weight="600"' : "";
  return `${name}
<rect x="${LABEL}" y="${y}" width="${round(end - LABEL)}" height="${BAR}" fill="${COLOURS[gateway]}"/>
<line x1="${from}" y1="${middle}" x2="${to}" y2="${middle}" stroke="#1a1a1a" stroke-opacity="0.55"/>
<text x="${round(Math.max(end, to) + 6)}" y="${y + 12.5}" fill="#1a1a1a"${bold}>${shown(median)}</text>`;
}

const round = (value) => Math.round(value * 10) / 10;
const shown = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2));
const escaped = (text) =>
  text.replace(/[&<>]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[char]);
