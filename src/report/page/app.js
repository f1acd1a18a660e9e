// The pictures and tables of the page. Everything is drawn from the data in the page; texts of the run are set as text,
// never as markup. The state of the page is its address: #option=..&country=..&measure=..&year=..&show=..
(() => {
"use strict";
const find = (selector, root = document) => root.querySelector(selector);
const data = JSON.parse(find("#data").textContent);
const { manifest, styles, start } = data;

// ---- data -------------------------------------------------------------------------------------------------------
class Cube {
  constructor({ file, dimensions, values }) {
    this.file = file;
    this.values = values;
    this.dimensions = dimensions.map(([name, keys]) => ({ name, keys, at: new Map(keys.map((key, k) => [key, k])) }));
  }
  keys(name) { return this.dimensions.find(dimension => dimension.name === name).keys; }
  get(value, at) {
    let place = 0;
    for (const { name, keys, at: places } of this.dimensions) {
      const k = places.get(String(at[name]));
      if (k === undefined) return null;
      place = place * keys.length + k;
    }
    return this.values[value][place];
  }
}
const cube = Object.fromEntries(
  Object.entries(data.cubes).filter(([, found]) => found).map(([name, found]) => [name, new Cube(found)]));
const lists = new Map(data.lists.map(list => [list.file, list]));
const byId = (entries, id) => new Map(entries.map(entry => [entry[id], entry]));
const options = byId(manifest.options, "id");
const countries = byId(manifest.countries, "iso3");
const sectors = byId(manifest.sectors, "id");
const compared = manifest.options.map(option => option.id).filter(id => id !== manifest.reference_option);
const [firstYear, lastYear] = manifest.years;
const years = d3.range(firstYear, lastYear + 1);
const title = id => options.get(id)?.title ?? id;
const country = code => countries.get(code)?.name ?? code;
const sector = id => sectors.get(id)?.name ?? id;
const words = id => { const text = id.replaceAll("_", " "); return text[0].toUpperCase() + text.slice(1); };
const against = `against “${title(manifest.reference_option)}”`;

// ---- measures and numbers ---------------------------------------------------------------------------------------
const UNITS = { pct: "percent", musd2019: "million US dollars of 2019", persons: "persons", share: "share" };
const units = new Map(Object.entries(data.units));
const unitOf = measure => units.get(measure) ?? "";
const unitName = measure => UNITS[unitOf(measure)] ?? unitOf(measure);
const lower = measure => words(measure).toLowerCase().replace("(money)", "");
const numberFormats = new Map();
function plain(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (!numberFormats.has(digits)) numberFormats.set(digits, new Intl.NumberFormat("en-GB", { maximumSignificantDigits: digits }));
  return numberFormats.get(digits).format(value).replace("-", "−");
}
const signed = (value, digits) => (value > 0 ? "+" : "") + plain(value, digits);
const withUnit = (value, measure) => `${signed(value)}${unitOf(measure) === "pct" ? " %" : " " + unitName(measure)}`;
const percent = share => share === null ? "–" : `${plain(100 * share, 100 * share < 10 ? 2 : 3)} %`;

// ---- state in the address ---------------------------------------------------------------------------------------
const measures = cube.projections ? cube.projections.keys("measure") : [];
const choices = {
  option: compared, country: [...countries.keys()], measure: measures, year: years.map(String),
};
const defaults = { option: start.option, country: manifest.focus, measure: measures[0], year: String(lastYear) };
const state = { ...defaults };
function readAddress() {
  const found = new URLSearchParams(location.hash.slice(1));
  if (location.hash && ![...found.values()].some(value => value)) return null;
  for (const [name, all] of Object.entries(choices)) {
    const value = found.get(name);
    state[name] = all.includes(value) ? value : defaults[name];
  }
  return found.get("show");
}
function address(show) {
  const changed = Object.entries(state).filter(([name, value]) => value !== defaults[name]);
  return "#" + new URLSearchParams([...changed, ...(show ? [["show", show]] : [])]);
}

// ---- elements ---------------------------------------------------------------------------------------------------
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter(child => child !== null));
  return element;
}
function save(name, type, text) {
  const link = make("a", { download: name, href: URL.createObjectURL(new Blob([text], { type })) });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
const csvCell = cell => {
  const text = cell === null || cell === undefined ? "" : String(cell);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const csvText = ({ columns, rows }) => [columns, ...rows].map(row => row.map(csvCell).join(",")).join("\n") + "\n";

// ---- tables that sort and filter --------------------------------------------------------------------------------
const asNumber = cell => {
  if (typeof cell === "number") return cell;
  const text = String(cell ?? "").replaceAll("−", "-").replaceAll(",", "").trim();
  return /^[-+]?(\d|\.\d)/.test(text) ? parseFloat(text) : NaN;
};
function compare(a, b) {
  const [x, y] = [asNumber(a), asNumber(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
  return String(a ?? "").localeCompare(String(b ?? ""));
}
const SHOWN = 100;
/// A table with buttons in its heads and a box that filters its rows.
function table({ columns, rows }, { caption, file, sort = null }) {
  const order = { column: sort?.[0] ?? -1, isDown: sort?.[1] ?? false, text: "", shown: SHOWN };
  const isNumber = columns.map((_, k) => rows.some(row => typeof row[k] === "number" || !Number.isNaN(asNumber(row[k]))));
  const body = make("tbody");
  const count = make("p", { class: "note", "aria-live": "polite" });
  const more = make("button", { type: "button", onclick: () => { order.shown += 1000; fill(); } }, "Show more rows");
  const heads = columns.map((column, k) => make("th", { scope: "col", class: isNumber[k] ? "number" : null },
    make("button", { type: "button", onclick: () => {
      order.isDown = order.column === k ? !order.isDown : isNumber[k];
      order.column = k;
      fill();
    } }, column)));
  function fill() {
    const wanted = order.text.toLowerCase();
    let chosen = rows.filter(row => !wanted || row.some(cell => String(cell ?? "").toLowerCase().includes(wanted)));
    if (order.column >= 0) {
      const k = order.column;
      chosen = [...chosen].sort((a, b) => (order.isDown ? -1 : 1) * compare(a[k], b[k]));
    }
    heads.forEach((head, k) => head.setAttribute("aria-sort",
      k !== order.column ? "none" : order.isDown ? "descending" : "ascending"));
    body.replaceChildren(...chosen.slice(0, order.shown).map(row => make("tr", {}, ...row.map((cell, k) =>
      make(k === 0 ? "th" : "td", { scope: k === 0 ? "row" : null, class: isNumber[k] ? "number" : null },
        typeof cell === "number" ? plain(cell, 5) : String(cell ?? ""))))));
    count.textContent = `${Math.min(order.shown, chosen.length)} of ${rows.length} rows`
      + (wanted ? ` (${chosen.length} match)` : "");
    more.hidden = chosen.length <= order.shown;
  }
  fill();
  const filter = make("input", { type: "search", "aria-label": `Filter the rows of: ${caption}`, placeholder: "Filter rows",
    oninput: event => { order.text = event.target.value; fill(); } });
  return make("div", { class: "table" },
    make("div", { class: "tools" }, filter,
      make("button", { type: "button", onclick: () => save(file, "text/csv", csvText({ columns, rows })) }, "CSV")),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      make("table", {}, make("caption", { class: "hidden" }, caption), make("thead", {}, make("tr", {}, ...heads)), body)),
    count, more);
}
/// The same buttons and box for a table that is in the page already.
function enhance(old) {
  const columns = [...old.tHead.rows[0].cells].map(cell => cell.textContent);
  const body = old.tBodies[0];
  const rows = [...body.rows];
  const cells = new Map(rows.map(row => [row, [...row.cells].map(cell => cell.textContent)]));
  let last = [-1, false];
  [...old.tHead.rows[0].cells].forEach((head, k) => {
    head.replaceChildren(make("button", { type: "button", onclick: () => {
      last = [k, last[0] === k ? !last[1] : k > 0];
      rows.sort((a, b) => (last[1] ? -1 : 1) * compare(cells.get(a)[k], cells.get(b)[k]));
      body.append(...rows);
      [...old.tHead.rows[0].cells].forEach((other, j) =>
        other.setAttribute("aria-sort", j !== k ? "none" : last[1] ? "descending" : "ascending"));
    } }, columns[k]));
  });
  const filter = make("input", { type: "search", placeholder: "Filter rows", "aria-label": `Filter the rows of: ${old.dataset.name}`,
    oninput: event => {
      const wanted = event.target.value.toLowerCase();
      rows.forEach(row => { row.hidden = !cells.get(row).join(" ").toLowerCase().includes(wanted); });
    } });
  const tools = make("div", { class: "tools" }, filter,
    make("button", { type: "button", onclick: () => save(`${old.dataset.name}.csv`, "text/csv",
      csvText({ columns, rows: rows.map(row => cells.get(row)) })) }, "CSV"));
  old.closest(".scroll").before(tools);
}

// ---- pictures ---------------------------------------------------------------------------------------------------
const INK = "#222222", SOFT = "#595959", GAIN = "#0072B2", LOSS = "#C44E00";
const look = { fontSize: "12px", fontFamily: "Arial, Helvetica, sans-serif", color: INK, background: "#ffffff", overflow: "visible" };
const colour = id => styles[id]?.colour ?? SOFT;
const ruler = document.createElement("canvas").getContext("2d");
const textWidth = text => { ruler.font = `${look.fontSize} ${look.fontFamily}`; return ruler.measureText(text).width; };
/// Room for labels on the left: never more than two fifths of the width.
function labelRoom(labels, width) {
  const longest = d3.max(labels, label => textWidth(label)) ?? 0;
  return Math.ceil(Math.min(16 + longest, Math.max(0.4 * width, 130)));
}
/// A label that fits: what stands in brackets goes first, then letters from the end. Where another of the labels `among`
/// which it stands begins alike, letters of the middle go instead.
function shortened(label, room, among = []) {
  if (textWidth(label) <= room) return label;
  let short = label.split(" (")[0];
  if (textWidth(short) <= room) return short;
  const whole = short;
  while (short.length > 4 && textWidth(short + "…") > room) short = short.slice(0, -1).trimEnd();
  if (!among.some(other => other !== label && other.startsWith(short))) return short + "…";
  const middle = n => `${whole.slice(0, Math.ceil(n / 2)).trimEnd()}…${whole.slice(whole.length - Math.floor(n / 2)).trimStart()}`;
  let n = short.length;
  while (n > 4 && textWidth(middle(n)) > room) n -= 1;
  return middle(n);
}
/// A label in two lines where one does not hold it, parted at the space that makes the longer line shortest.
function inLines(label, room, among = []) {
  if (textWidth(label) <= room) return label;
  const spaces = [...label.matchAll(/ /g)].map(found => [label.slice(0, found.index), label.slice(found.index + 1)]);
  const parted = d3.least(spaces, lines => d3.max(lines, textWidth));
  return parted && d3.max(parted, textWidth) <= room ? parted.join("\n") : shortened(label, room, among);
}
/// Numbers of one picture with the same decimals, three digits for the largest.
function together(values) {
  const most = d3.max(values, value => Math.abs(value ?? 0)) || 1;
  const decimals = Math.max(0, Math.min(8, 2 - Math.floor(Math.log10(most))));
  const format = new Intl.NumberFormat("en-GB", { minimumFractionDigits: decimals, maximumFractionDigits: decimals, signDisplay: "exceptZero" });
  return value => value === null ? "–" : format.format(value).replace("-", "−");
}
/// A run of one year has points where others have lines, and bars where others have bands.
const isOneYear = firstYear === lastYear;
const spanOfYears = isOneYear ? [firstYear - 1, lastYear + 1] : manifest.years;
const lineOfYears = (rows, { stroke, strokeWidth, strokeDasharray, ...at }) => isOneYear
  ? Plot.dot(rows, { ...at, r: 2.2 * strokeWidth, stroke, strokeWidth: 2, fill: strokeDasharray ? "white" : stroke })
  : Plot.lineY(rows, { ...at, stroke, strokeWidth, strokeDasharray });
const bandOfYears = (rows, { fill, fillOpacity, ...at }) => isOneYear
  ? Plot.ruleX(rows, { ...at, stroke: fill, strokeOpacity: fillOpacity, strokeWidth: 22 })
  : Plot.areaY(rows, { ...at, fill, fillOpacity });
const yearTicks = width => years.filter(year => (year - lastYear) % (width < 420 || years.length > 12 ? 5 : 1) === 0);
const plot = (width, label, rest) => Plot.plot({ width, style: look, ariaLabel: label, ...rest });
/// One row of a table per label, with marks over the zero line.
function rowsPlot(width, label, labels, marks, { x = {}, height = 22, ...rest } = {}) {
  const room = labelRoom(labels, width);
  const shown = new Map(labels.map(text => [text, inLines(text, room - 14, labels)]));
  // A long list has to fit on a printed page: its lines stand closer.
  const step = labels.length <= 30 && [...shown.values()].some(text => text.includes("\n")) ? Math.max(height, 28) : height;
  return plot(width, label, {
    marginLeft: room, marginRight: 26, marginTop: 26, marginBottom: 8, height: 36 + step * labels.length,
    x: { axis: "top", ticks: Math.max(2, Math.floor(width / 130)), nice: true, ...x },
    y: { domain: labels, axis: null, type: "band", padding: 0.25 },
    marks: [Plot.axisY({ label: null, tickSize: 0, tickFormat: text => shown.get(text), lineHeight: 0.88 }), Plot.gridX({ stroke: "#e0e0e0", strokeOpacity: 1 }), Plot.ruleX([0], { stroke: "#787878" }), ...marks], ...rest,
  });
}
/// Titles can occur twice; a row needs a label of its own.
function labelled(ids, name) {
  const seen = new Map();
  return new Map(ids.map(id => {
    const text = name(id), n = (seen.get(text) ?? 0) + 1;
    seen.set(text, n);
    return [id, n === 1 ? text : `${text} (${id})`];
  }));
}

/// Each picture: what it says, its rows, its drawing for a width. `null` rows: the run lacks the table.
const pictures = {
  options: {
    needs: ["summary"],
    rows() {
      const { country: iso3, measure } = state;
      const names = ["if_in_force_mean", "if_in_force_p05", "if_in_force_p95", "expected_mean", "expected_se", "own_effect",
        "unlocked_effect", "chance", "chance_se"];
      const of = option => names.map(name => cube.summary.get(name, { option, iso3, measure }));
      return { columns: ["option", ...names], rows: compared.map(id => [id, ...of(id)]) };
    },
    words({ rows }) {
      const { country: iso3, measure } = state;
      const best = d3.greatest(rows.filter(row => row[1] !== null), row => row[1]);
      const likely = d3.greatest(rows.filter(row => row[8] !== null), row => row[8]);
      const head = best ? `${country(iso3)}: in force, “${title(best[0])}” gives the most, ${withUnit(best[1], measure)}`
        : `No option is in force in a draw that was solved`;
      return {
        head: likely && best ? `${head}; the likeliest, “${title(likely[0])}”, ${withUnit(likely[1] ?? likely[4], measure)}` : head,
        sub: `${words(measure)}, ${unitName(measure)}, end of ${lastYear}, ${against}`,
        note: "Disc and bar: mean and nine tenths of the draws in which the option is in force. Ring: its own effect in them. Triangle: expected, all futures counted. On the right: the chance of being in force.",
      };
    },
    draw({ rows }, width) {
      const names = labelled(compared, title);
      const found = rows.map(([id, mean, low, high, expected, , own, , chance]) => ({ id, y: names.get(id), mean, low, high, expected, own, chance }))
        .sort((a, b) => (b.mean ?? -Infinity) - (a.mean ?? -Infinity));
      const inForce = found.filter(one => one.mean !== null);
      const tip = one => `${title(one.id)}\nin force: ${signed(one.mean)} (${signed(one.low)} to ${signed(one.high)})\nown effect: ${signed(one.own)}\nexpected: ${signed(one.expected)}\nchance: ${percent(one.chance)}`;
      return rowsPlot(width, this.label, found.map(one => one.y), [
        Plot.ruleY(inForce, { y: "y", x1: "low", x2: "high", stroke: one => colour(one.id), strokeWidth: 3 }),
        Plot.dot(inForce, { y: "y", x: "mean", r: 5.5, fill: one => colour(one.id) }),
        Plot.dot(inForce, { y: "y", x: "own", r: 7, stroke: one => colour(one.id), strokeWidth: 1.8 }),
        Plot.dot(found, { y: "y", x: "expected", symbol: "triangle", r: 5, fill: INK, stroke: "white", strokeWidth: 0.7 }),
        Plot.text(found, { y: "y", frameAnchor: "right", text: one => percent(one.chance), dx: 24, textAnchor: "end", fill: INK }),
        Plot.tip(found, Plot.pointerY({ y: "y", x: one => one.mean ?? one.expected, title: tip })),
      ], { height: 30, x: { label: null, insetRight: 34 } });
    },
  },
  countries: {
    needs: ["reference", "summary"],
    inForce() { return state.year === String(lastYear) && [...countries.keys()].some(iso3 => this.of("if_in_force_mean", iso3) !== null); },
    of(name, iso3) { return cube.summary.get(name, { option: state.option, iso3, measure: state.measure }); },
    rows() {
      const path = iso3 => cube.reference.get("value", { ...state, iso3 });
      const rows = [...countries.keys()].map(iso3 => this.inForce()
        ? [iso3, this.of("own_effect", iso3), this.of("unlocked_effect", iso3), this.of("if_in_force_mean", iso3)]
        : [iso3, null, null, path(iso3)]);
      return { columns: ["iso3", "own_effect", "unlocked_effect", this.inForce() ? "if_in_force_mean" : "reference_path"], rows };
    },
    words({ rows }) {
      const told = rows.filter(row => row[3] !== null);
      const gainers = told.filter(row => row[3] > 0).length;
      const best = d3.greatest(told, row => row[3]);
      return {
        head: best ? `“${title(state.option)}”: ${gainers} of ${told.length} countries gain; the most: ${country(best[0])}, ${withUnit(best[3], state.measure)}`
          : `“${title(state.option)}” has no result here`,
        sub: `${words(state.measure)}, ${unitName(state.measure)}, ${this.inForce() ? `end of ${state.year}, mean of the draws in which it is in force` : `${state.year}, reference path`}, ${against}`,
        note: this.inForce() ? "Ring: own effect of the option, the rest of the world as it would be anyway. Disc: with what it moves others to do."
          : `Reference path: every stage succeeds after its median time. Own and unlocked effects are told for ${lastYear} and options that are in force in a draw.`,
      };
    },
    draw({ rows }, width) {
      const names = labelled(rows.map(row => row[0]), country);
      const found = rows.filter(row => row[3] !== null).map(([iso3, own, , all]) => ({ iso3, y: names.get(iso3), own, all }))
        .sort((a, b) => b.all - a.all);
      const chosen = one => one.iso3 === state.country;
      return rowsPlot(width, this.label, found.map(one => one.y), [
        Plot.ruleY(found.filter(one => one.own !== null), { y: "y", x1: "own", x2: "all", stroke: SOFT, strokeWidth: 2 }),
        Plot.dot(found.filter(one => one.own !== null), { y: "y", x: "own", r: 5.5, stroke: one => one.own < 0 ? LOSS : GAIN, fill: "white", strokeWidth: 1.8 }),
        Plot.dot(found, { y: "y", x: "all", r: one => chosen(one) ? 6.5 : 4.5, fill: one => one.all < 0 ? LOSS : GAIN, stroke: one => chosen(one) ? INK : "none", strokeWidth: 2 }),
        Plot.tip(found, Plot.pointerY({ y: "y", x: "all", title: one => `${country(one.iso3)}: ${signed(one.all)}${one.own === null ? "" : `\nown effect ${signed(one.own)}, unlocked ${signed(one.all - one.own)}`}` })),
      ], { x: { label: null } });
    },
  },
  years: {
    needs: ["projections", "reference"],
    rows() {
      const names = ["mean", "p05", "p25", "p50", "p75", "p95"];
      const rows = [];
      for (const option of [state.option, ...compared.filter(id => id !== state.option)]) for (const year of years) {
        const at = { option, iso3: state.country, measure: state.measure, year };
        rows.push([option, year, ...names.map(name => cube.projections.get(name, at)), cube.reference.get("value", at)]);
      }
      return { columns: ["option", "year", ...names, "reference_path"], rows };
    },
    words({ rows }) {
      const [, , mean, low, , , , high] = rows.find(row => row[0] === state.option && row[1] === +state.year);
      return {
        head: `${country(state.country)} under “${title(state.option)}” in ${state.year}: ${withUnit(mean, state.measure)} in the mean of all draws, ${signed(low)} to ${signed(high)} in nine tenths`,
        sub: `${words(state.measure)}, ${unitName(state.measure)}, ${against}; one scale for all panels`,
        note: `${isOneYear ? "Disc: mean of the solved draws. Bars" : "Line: mean of the solved draws. Bands"}: 25–75 % and 5–95 % of the draws. ${isOneYear ? "Ring" : "Dashes"}: reference path (every stage succeeds after its median time). The upright line is the year chosen.`,
      };
    },
    draw({ rows }, width) {
      const panels = d3.groups(rows, row => row[0]);
      const all = rows.flatMap(row => row.slice(2)).filter(value => value !== null);
      const range = [Math.min(0, d3.min(all)), Math.max(0, d3.max(all))];
      return panels.map(([id, found], k) => {
        const wide = panelWidth(width);
        const band = (low, high, opacity) => bandOfYears(found, { x: row => row[1], y1: row => row[low], y2: row => row[high], fill: colour(id), fillOpacity: opacity });
        const text = title(id);
        return { head: text, svg: plot(wide, `${this.label}: ${text}`, {
          height: 170, marginLeft: 50, marginRight: 20, marginTop: 10, marginBottom: 26,
          x: { ticks: yearTicks(wide), tickFormat: "d", label: null, domain: spanOfYears },
          y: { domain: range, ticks: 4, label: null, nice: true },
          marks: [Plot.gridY({ stroke: "#e0e0e0", strokeOpacity: 1 }), Plot.ruleY([0], { stroke: "#787878" }),
            band(3, 7, 0.22), band(4, 6, 0.35),
            lineOfYears(found, { x: row => row[1], y: row => row[2], stroke: colour(id), strokeWidth: 2.4 }),
            lineOfYears(found, { x: row => row[1], y: row => row[8], stroke: INK, strokeWidth: 1.4, strokeDasharray: "5,3" }),
            k === 0 ? Plot.ruleX([+state.year], { stroke: SOFT, strokeDasharray: "2,2" }) : null,
            Plot.tip(found, Plot.pointerX({ x: row => row[1], y: row => row[2], title: row => `${row[1]}\nmean ${signed(row[2])}\n5–95 %: ${signed(row[3])} to ${signed(row[7])}\npath ${signed(row[8])}` })),
          ] }) };
      });
    },
  },
  chance: {
    needs: ["by_year"],
    rows() {
      const found = compared.flatMap(option => years.map(year => [option, year, cube.by_year.get("probability", { option, milestone: "in_force", year })]));
      return { columns: ["option", "year", "probability"], rows: found.filter(row => row[2] !== null) };
    },
    words({ rows }) {
      const at = rows.find(row => row[0] === state.option && row[1] === +state.year);
      return {
        head: at ? `“${title(state.option)}” has come into force by the end of ${state.year} in ${percent(at[2])} of the futures` : `“${title(state.option)}” has no deal of its own that comes into force`,
        sub: "Percent of the futures drawn in which the option has come into force by the end of the year",
        note: "Every option is taken on its own, so that the chances do not add to one. They follow from the assumed stages, chances and durations.",
      };
    },
    draw({ rows }, width) {
      const all = d3.groups(rows, row => row[0]);
      const ends = all.map(([id, found]) => ({ id, y: 100 * found.at(-1)[2] })).sort((a, b) => b.y - a.y);
      const isWide = width >= 560;
      const room = Math.max(170, 0.26 * width);
      const height = isWide ? Math.max(320, 20 * ends.length + 60) : 280;
      const step = 15 / (height - 46) * 100;
      let free = 101;
      ends.forEach(end => { end.at = Math.min(end.y, free - step); free = end.at; });
      let least = 0;
      [...ends].reverse().forEach((end, k) => { end.at = Math.max(end.at, k ? least + step : 0); least = end.at; });
      const chosen = id => id === state.option;
      const picture = plot(width, this.label, {
        height, marginLeft: 36, marginRight: isWide ? room + 66 : 46, marginTop: 14, marginBottom: 30,
        x: { ticks: yearTicks(width), tickFormat: "d", label: null, domain: spanOfYears },
        y: { domain: [0, 100], ticks: 5, label: null },
        marks: [Plot.gridY({ stroke: "#e0e0e0", strokeOpacity: 1 }), Plot.ruleX([+state.year], { stroke: SOFT, strokeDasharray: "2,2" }),
          ...all.map(([id, found]) => lineOfYears(found, { x: row => row[1], y: row => 100 * row[2], stroke: colour(id), strokeWidth: chosen(id) ? 4 : 2, strokeDasharray: styles[id]?.dash })),
          Plot.link(ends, { x1: lastYear, x2: lastYear, y1: "y", y2: "at", stroke: "none" }),
          Plot.text(ends, { x: lastYear, y: "at", dx: 8, textAnchor: "start", fill: INK, fontWeight: end => chosen(end.id) ? "bold" : "normal",
            text: end => isWide ? `${percent(end.y / 100)} ${shortened(title(end.id), room, compared.map(title))}` : percent(end.y / 100) }),
          Plot.tip(rows, Plot.pointer({ x: row => row[1], y: row => 100 * row[2], title: row => `${title(row[0])}\n${row[1]}: ${percent(row[2])}` })),
        ] });
      return isWide ? picture : [{ head: "", svg: picture }, { legend: ends.map(end => [colour(end.id), `${percent(end.y / 100)} ${title(end.id)}`]) }];
    },
  },
  parts: {
    needs: ["parts"],
    rows() {
      const { option, country: iso3 } = state;
      const [told_by] = cube.parts.keys("told_by");
      const [year] = cube.parts.keys("year").slice(-1);
      const of = part => cube.parts.get("real_income_pct", { option, iso3, year, told_by, part });
      return { columns: ["part", "real_income_pct"], rows: cube.parts.keys("part").map(part => [part, of(part)]).filter(row => row[1] !== null) };
    },
    words({ rows }) {
      const most = d3.greatest(rows, row => Math.abs(row[1]));
      const year = cube.parts.keys("year").at(-1);
      return {
        head: most ? `${country(state.country)} under “${title(state.option)}”: ${signed(d3.sum(rows, row => row[1]))} %, of which ${words(most[0]).toLowerCase()} ${signed(most[1])} %` : `${country(state.country)}: no parts are told`,
        sub: `Parts of the change of real income, percent, reference path, ${year}, ${against}`,
        note: "Bars stand end to end and sum to the last row. The parts are effects in general equilibrium, integrated along the path on which all costs move together.",
      };
    },
    draw({ rows }, width) {
      let from = 0;
      const found = rows.map(([part, value]) => ({ y: words(part), from, to: (from += value), value }));
      const told = together(rows.map(row => row[1]));
      found.push({ y: "Sum", from: 0, to: from, value: from, isSum: true });
      return rowsPlot(width, this.label, found.map(one => one.y), [
        Plot.barX(found, { y: "y", x1: "from", x2: "to", fill: one => one.isSum ? INK : one.value < 0 ? LOSS : GAIN }),
        Plot.text(found, { y: "y", x: one => Math.max(one.from, one.to), dx: 5, textAnchor: "start", text: one => told(one.value), fill: INK }),
      ], { x: { label: null, insetRight: 46 }, height: 24 });
    },
  },
  sectors: {
    needs: ["sectors"],
    choice: { name: "Sector measure", of: () => cube.sectors.keys("measure"), text: words },
    year() { return nearest(cube.sectors.keys("year")); },
    rows() {
      const { option, country: iso3 } = state;
      const measure = this.chosen ?? cube.sectors.keys("measure")[0];
      const of = id => cube.sectors.get("value", { option, iso3, measure, year: this.year(), sector: id });
      return { columns: ["sector", measure], rows: cube.sectors.keys("sector").map(id => [id, of(id)]).filter(row => row[1] !== null) };
    },
    words({ columns, rows }) {
      const [up, down] = [d3.greatest(rows, row => row[1]), d3.least(rows, row => row[1])];
      const unit = columns[1] === "jobs" ? "" : " %";
      return {
        head: up ? `${country(state.country)} under “${title(state.option)}”: ${sector(up[0])} gains most (${signed(up[1])}${unit}), ${sector(down[0])} loses most (${signed(down[1])}${unit})` : "No sectors are told",
        sub: `${words(columns[1])} by sector, ${unit ? "percent" : "persons"}, reference path, ${this.year()}, ${against}`,
        note: "One percent of a small sector is less than one percent of a large one.",
      };
    },
    draw({ rows }, width) {
      const names = labelled(rows.map(row => row[0]), sector);
      const found = rows.map(([id, value]) => ({ y: names.get(id), value })).sort((a, b) => b.value - a.value);
      const told = together(found.map(one => one.value));
      return rowsPlot(width, this.label, found.map(one => one.y), [
        Plot.barX(found, { y: "y", x: "value", fill: one => one.value < 0 ? LOSS : GAIN }),
        Plot.text(found, { y: "y", x: one => Math.max(0, one.value), dx: 5, textAnchor: "start", text: one => told(one.value), fill: INK }),
      ], { x: { label: null, insetRight: 46 } });
    },
  },
  partners: {
    needs: ["trade"],
    year() { return nearest(cube.trade.keys("year")); },
    rows() {
      const groups = cube.trade.keys("sector_group");
      const of = importer => groups.map(sector_group => cube.trade.get("value", { option: state.option, year: this.year(), exporter: state.country, importer, sector_group }));
      const rows = cube.trade.keys("importer").filter(code => code !== state.country).map(code => [code, ...of(code)]);
      return { columns: ["importer", ...groups.map(group => `${group}_musd2019`)], rows: rows.filter(row => row.slice(1).some(value => value !== null)) };
    },
    words({ rows }) {
      const total = row => d3.sum(row.slice(1));
      const most = d3.greatest(rows, row => Math.abs(total(row)));
      return {
        head: most ? `${country(state.country)} under “${title(state.option)}”: exports change by ${signed(d3.sum(rows, total))} million dollars; the most with one partner: ${country(most[0])} (${signed(total(most))})` : "No trade by partner is told",
        sub: `Exports by partner, million US dollars of 2019 at border prices, reference path, ${this.year()}, ${against}`,
        note: "Goods dark, services pale. The twelve partners with the largest change.",
      };
    },
    draw({ columns, rows }, width) {
      const names = labelled(rows.map(row => row[0]), country);
      const size = row => d3.sum(row.slice(1), Math.abs);
      const top = [...rows].sort((a, b) => size(b) - size(a)).slice(0, 12).sort((a, b) => d3.sum(b.slice(1)) - d3.sum(a.slice(1)));
      const found = top.flatMap(row => row.slice(1).map((value, k) => ({ y: names.get(row[0]), group: columns[k + 1].replace("_musd2019", ""), k, value: value ?? 0 })));
      return rowsPlot(width, this.label, top.map(row => names.get(row[0])), [
        Plot.barX(found, { y: "y", x: "value", fill: one => one.value < 0 ? LOSS : GAIN, fillOpacity: one => one.k ? 0.45 : 1, order: "k" }),
        Plot.tip(found, Plot.pointer({ y: "y", x: "value", title: one => `${one.y}, ${one.group}: ${signed(one.value)}` })),
      ], { x: { label: null }, height: 24 });
    },
  },
  trade: {
    needs: ["trade"],
    year() { return nearest(cube.trade.keys("year")); },
    rows() {
      const groups = cube.trade.keys("sector_group");
      const of = (exporter, importer) => groups.map(sector_group => cube.trade.get("value", { option: state.option, year: this.year(), exporter, importer, sector_group }));
      const rows = cube.trade.keys("exporter").flatMap(exporter => cube.trade.keys("importer").map(importer => [exporter, importer, ...of(exporter, importer)]));
      return { columns: ["exporter", "importer", ...groups.map(group => `${group}_musd2019`)], rows: rows.filter(row => row.slice(2).some(value => value !== null)) };
    },
    words({ rows }) {
      const total = row => d3.sum(row.slice(2));
      const [up, down] = [d3.greatest(rows, total), d3.least(rows, total)];
      const pair = row => `${country(row[0])} to ${country(row[1])} (${signed(total(row))})`;
      return {
        head: up ? `“${title(state.option)}”: trade grows most: ${pair(up)}; least: ${pair(down)}` : "No trade is told",
        sub: `Change of trade, million US dollars of 2019, exporters in rows, importers in columns, reference path, ${this.year()}, ${against}`,
        note: "Blue: more trade; orange: less. The depth of the colour follows the square root of the change. Pairs whose numbers the run keeps.",
      };
    },
    draw({ rows }, width) {
      const found = rows.map(row => ({ from: row[0], to: row[1], value: d3.sum(row.slice(2)) }));
      const codes = [...countries.keys()].filter(code => found.some(one => one.from === code || one.to === code));
      const most = d3.max(found, one => Math.abs(one.value)) || 1;
      const side = Math.min(width, 720);
      const shade = value => d3.interpolateRgb("#ffffff", value < 0 ? LOSS : GAIN)(Math.sqrt(Math.abs(value) / most));
      return plot(side, this.label, {
        marginLeft: 42, marginTop: 44, marginRight: 6, marginBottom: 6, height: side,
        x: { domain: codes, axis: "top", tickRotate: -90, tickSize: 0, label: null, padding: 0.04 },
        y: { domain: codes, tickSize: 0, label: null, padding: 0.04 },
        marks: [Plot.cell(found, { x: "to", y: "from", fill: one => shade(one.value), stroke: one => one.from === state.country || one.to === state.country ? "#787878" : "#eeeeee", strokeWidth: 0.8 }),
          Plot.tip(found, Plot.pointer({ x: "to", y: "from", title: one => `${country(one.from)} to ${country(one.to)}: ${signed(one.value)}` }))],
      });
    },
  },
  tariffs: {
    needs: [],
    list: "tariff_path.csv",
    rows() {
      const { columns, rows } = lists.get(this.list);
      const [option, exporter] = ["option", "exporter"].map(name => columns.indexOf(name));
      const isShown = row => (row[option] === state.option || row[option] === manifest.reference_option) && row[exporter] === state.country;
      return { columns, rows: rows.filter(isShown) };
    },
    /// Partners whose rates under the option are not those of the reference, and all.
    partners({ columns, rows }) {
      const at = Object.fromEntries(columns.map((name, k) => [name, k]));
      // Steps at which the rate stays what it was are none.
      const path = (found, id) => {
        const steps = found.filter(row => row[at.option] === id).map(row => [row[at.valid_from], row[at.statutory_pct]]);
        return JSON.stringify(steps.filter(([, rate], k) => k === 0 || rate !== steps[k - 1][1]));
      };
      const all = d3.groups(rows, row => row[at.importer]);
      return { all, changed: all.filter(([, found]) => path(found, state.option) !== path(found, manifest.reference_option)) };
    },
    words(table) {
      const { all, changed } = this.partners(table);
      return {
        head: !all.length ? `${country(state.country)}: the run keeps no tariff path for its exports`
          : changed.length ? `${country(state.country)}: “${title(state.option)}” changes the tariffs that ${changed.length} of ${all.length} partners put on its exports`
          : `${country(state.country)}: “${title(state.option)}” changes no tariff that its exports meet`,
        sub: `Mean statutory tariff on goods, percent, weighted by trade, reference path: line = option, dashes = “${title(manifest.reference_option)}”; each panel has its own scale`,
        note: "A step is the date of a cut. A statutory rate is not what traders pay: some do not claim the lower rate. Partners whose rates do not change are in the table alone.",
      };
    },
    draw({ columns, rows }, width) {
      const at = Object.fromEntries(columns.map((name, k) => [name, k]));
      const wide = panelWidth(width), end = new Date(Date.UTC(lastYear + 1, 0, 1));
      const day = text => text ? new Date(text + "T00:00:00Z") : end;
      return this.partners({ columns, rows }).changed.map(([importer, found]) => {
        const steps = found.flatMap(row => [row[at.valid_from], row[at.valid_until]].map(date =>
          ({ option: row[at.option], date: day(date), value: +row[at.statutory_pct] })));
        const lines = [manifest.reference_option, state.option].map(id => [id, steps.filter(step => step.option === id)]);
        return { head: country(importer), svg: plot(wide, `${this.label}: ${country(importer)}`, {
          height: 150, marginLeft: 44, marginRight: 20, marginTop: 10, marginBottom: 26,
          x: { type: "utc", domain: [new Date(Date.UTC(firstYear, 0, 1)), end], ticks: yearTicks(wide).map(year => new Date(Date.UTC(year, 0, 1))), tickFormat: date => String(date.getUTCFullYear()), label: null },
          y: { domain: [0, d3.max(steps, step => step.value) || 1], nice: true, ticks: 4, label: null },
          marks: [Plot.gridY({ stroke: "#e0e0e0", strokeOpacity: 1 }), Plot.ruleY([0], { stroke: "#787878" }),
            ...lines.map(([id, line], k) => Plot.line(line, { x: "date", y: "value", stroke: k ? colour(id) : SOFT, strokeWidth: k ? 2.6 : 1.8, strokeDasharray: k ? null : "5,3" }))],
        }) };
      });
    },
  },
  tornado: {
    needs: [],
    list: "tornado.csv",
    rows() {
      const { columns, rows } = lists.get(this.list);
      const at = name => columns.indexOf(name);
      const own = rows.filter(row => row[at("option")] === state.option && (at("iso3") < 0 || row[at("iso3")] === state.country));
      return { columns, rows: own };
    },
    words({ columns, rows }) {
      const names = spreadColumns(columns);
      const most = names && d3.greatest(rows, row => Math.abs(+row[names[2]] - +row[names[1]]));
      return {
        head: most ? `“${title(state.option)}”: ${most[names[0]]} moves the result most, from ${signed(+most[names[1]])} to ${signed(+most[names[2]])} %` : "No ranges are told for this option and country",
        sub: `${country(state.country)}: real income, percent, one assumption at a time at the ends of its range, reference path, ${against}`,
        note: "Orange: low end of the range; blue: high end. The table of assumptions below names ranges and sources.",
      };
    },
    draw({ columns, rows }, width) {
      const names = spreadColumns(columns);
      const found = rows.map(row => ({ y: row[names[0]], low: +row[names[1]], high: +row[names[2]], centre: +row[names[3]] }))
        .sort((a, b) => Math.abs(b.high - b.low) - Math.abs(a.high - a.low));
      return rowsPlot(width, this.label, found.map(one => one.y), [
        Plot.barX(found, { y: "y", x1: "centre", x2: "low", fill: LOSS }), Plot.barX(found, { y: "y", x1: "centre", x2: "high", fill: GAIN }),
      ], { x: { label: null } });
    },
  },
  hindcasts: {
    needs: [],
    list: "hindcasts.csv",
    rows() { return lists.get(this.list); },
    words({ columns, rows }) {
      const [predicted, actual] = ["predicted", "actual"].map(column => columns.indexOf(column));
      const told = rows.filter(row => Math.abs(+row[predicted]) > 1e-6);
      const right = told.filter(row => Math.sign(+row[predicted]) === Math.sign(+row[actual])).length;
      return { head: `${right} of ${told.length} flows went the way that was predicted`, sub: "Predicted (across) and actual (upwards) log change, as in hindcasts.csv; on the dashed line both agree",
        note: "The table of scores below has correlation, slope and the errors of simple rivals." };
    },
    draw({ columns, rows }, width) {
      const [name, predicted, actual] = ["hindcast", "predicted", "actual"].map(column => columns.indexOf(column));
      return d3.groups(rows, row => row[name]).map(([hindcast, found]) => {
        const points = found.map(row => ({ x: +row[predicted], y: +row[actual] })).filter(point => Number.isFinite(point.x) && Number.isFinite(point.y));
        const ends = d3.extent(points.map(point => point.x));
        return { head: words(hindcast), svg: plot(panelWidth(width), `${this.label}: ${hindcast}`, {
          height: 260, marginLeft: 50, x: { label: null, ticks: 4 }, y: { label: null, ticks: 4 },
          marks: [Plot.link([0], { x1: ends[0], y1: ends[0], x2: ends[1], y2: ends[1], stroke: SOFT, strokeDasharray: "4,3" }), Plot.dot(points, { x: "x", y: "y", r: 2.4, fill: GAIN, fillOpacity: 0.6 })] }) };
      });
    },
  },
  studies: {
    needs: [],
    list: "studies.csv",
    choice: { name: "Unit", of: () => [...new Set(column("studies.csv", "unit"))], text: unit => UNITS[unit] ?? unit },
    rows() {
      const { columns, rows } = lists.get(this.list);
      const unit = columns.indexOf("unit");
      return { columns, rows: unit < 0 ? rows : rows.filter(row => row[unit] === (this.chosen ?? this.choice.of()[0])) };
    },
    words({ columns, rows }) {
      const at = name => columns.indexOf(name);
      const near = rows.filter(row => { const ratio = +row[at("ours_matched")] / +row[at("published")]; return ratio >= 0.5 && ratio <= 2; }).length;
      return { head: `Under the assumptions of the studies, ours lies within a factor of two of ${near} of ${rows.length} published results`,
        sub: `Published (square), ours by default (ring), ours under the assumptions of the study (disc), ${this.choice.text(this.chosen ?? this.choice.of()[0])}`, note: "The table of published results below gives the reason of each distance." };
    },
    draw({ columns, rows }, width) {
      const at = Object.fromEntries(columns.map((name, k) => [name, k]));
      const value = (row, name) => row[at[name]] === "" || at[name] === undefined ? null : +row[at[name]];
      const name = row => ["study", "iso3", "scenario", "measure", "partners", "sectors"].map(part => row[at[part]]).filter(Boolean).join(" ");
      const names = labelled(rows.map((_, k) => k), k => name(rows[k]));
      const found = rows.map((row, k) => ({ y: names.get(k), published: value(row, "published"), ours: value(row, "ours_default"), matched: value(row, "ours_matched") }));
      return rowsPlot(width, this.label, found.map(one => one.y), [
        Plot.ruleY(found.filter(one => one.matched !== null && one.published !== null), { y: "y", x1: "published", x2: "matched", stroke: SOFT }),
        Plot.dot(found.filter(one => one.published !== null), { y: "y", x: "published", symbol: "square", r: 5, fill: INK }),
        Plot.dot(found.filter(one => one.ours !== null), { y: "y", x: "ours", r: 5, stroke: GAIN, strokeWidth: 1.8 }),
        Plot.dot(found.filter(one => one.matched !== null), { y: "y", x: "matched", r: 3.6, fill: GAIN }),
      ], { x: { label: null } });
    },
  },
  bridge: {
    needs: [],
    list: "bridge.csv",
    choice: { name: "Published result", of: () => [...new Set(lists.get("bridge.csv").rows.map(bridgeKey))], text: key => key },
    rows() {
      const { columns, rows } = lists.get(this.list);
      return { columns, rows: rows.filter(row => bridgeKey(row) === (this.chosen ?? this.choice.of()[0])) };
    },
    words({ columns, rows }) {
      const value = row => +row[columns.indexOf("value")];
      const steps = rows.slice(1);
      const most = d3.greatest(steps, row => Math.abs(value(row)));
      const label = row => row[Math.max(columns.indexOf("title"), columns.indexOf("setting"))];
      return { head: most ? `From ${signed(value(rows[0]))} to ${signed(d3.sum(rows, value))}: the largest step is “${label(most)}”, ${signed(value(most))}` : "No steps are told",
        sub: `From our default to the published result, one named step at a time: ${bridgeKey(rows[0])}`,
        note: "Each bar begins where the one above ends. What no setting explains is a bar of its own." };
    },
    draw({ columns, rows }, width) {
      const [value, label] = [columns.indexOf("value"), Math.max(columns.indexOf("title"), columns.indexOf("setting"))];
      let from = 0;
      const names = labelled(rows.map((_, k) => k), k => rows[k][label]);
      const found = rows.map((row, k) => ({ y: names.get(k), from, to: (from += +row[value]), value: +row[value], isFirst: k === 0 }));
      found.push({ y: "Published", from: 0, to: from, value: from, isFirst: true });
      const told = together(found.map(one => one.value));
      return rowsPlot(width, this.label, found.map(one => one.y), [
        Plot.barX(found, { y: "y", x1: "from", x2: "to", fill: one => one.isFirst ? INK : one.value < 0 ? LOSS : GAIN }),
        Plot.text(found, { y: "y", x: one => Math.max(one.from, one.to), dx: 5, textAnchor: "start", text: one => told(one.value), fill: INK }),
      ], { x: { label: null, insetRight: 46 }, height: 26 });
    },
  },
  variance: {
    needs: [],
    list: "variance.csv",
    rows() {
      const { columns, rows } = lists.get(this.list);
      const [option, iso3] = ["option", "iso3"].map(name => columns.indexOf(name));
      return { columns, rows: rows.filter(row => row[option] === state.option && row[iso3] === state.country && row[columns.indexOf("total")] !== "") };
    },
    words({ columns, rows }) {
      const total = row => +row[columns.indexOf("total")];
      const most = d3.greatest(rows, total);
      return { head: most ? `“${title(state.option)}”: ${words(most[columns.indexOf("group")]).toLowerCase()} carry most of the spread, ${percent(total(most))} of the variance` : "No shares of the variance are told for this option and country",
        sub: `${country(state.country)}: shares of the variance of real income over the draws, percent, ${against}`,
        note: "Disc: what knowing the group alone would take away. Ring: what would be left if all others were known. They differ where groups act on each other." };
    },
    draw({ columns, rows }, width) {
      const [group, first, total] = ["group", "first_order", "total"].map(name => columns.indexOf(name));
      const found = rows.map(row => ({ y: words(row[group]), first: 100 * row[first], total: 100 * row[total] })).sort((a, b) => b.total - a.total);
      return rowsPlot(width, this.label, found.map(one => one.y), [
        Plot.ruleY(found, { y: "y", x1: "first", x2: "total", stroke: SOFT }),
        Plot.dot(found, { y: "y", x: "total", r: 6, stroke: GAIN, strokeWidth: 1.8 }), Plot.dot(found, { y: "y", x: "first", r: 4, fill: GAIN }),
      ], { x: { label: null } });
    },
  },
};
const column = (file, name) => { const { columns, rows } = lists.get(file); return rows.map(row => row[columns.indexOf(name)] ?? ""); };
/// Which published result a step belongs to.
function bridgeKey(row) {
  const { columns } = lists.get("bridge.csv");
  return ["study", "scenario", "iso3", "measure", "partners", "sectors", "unit"].map(name => row[columns.indexOf(name)]).filter(Boolean).join(" ");
}
const panelWidth = width => {
  const columns = Math.max(1, Math.floor(width / 300));
  return Math.floor((width - 16 * (columns - 1)) / columns);
};
/// The year of a table that is nearest to the one chosen.
const nearest = found => d3.least(found, year => Math.abs(year - state.year));
/// Title, low, high and centre of a table of ranges.
function spreadColumns(columns) {
  const at = names => names.map(name => columns.indexOf(name)).find(k => k >= 0) ?? -1;
  const found = [at(["title", "assumption"]), at(["low_pct", "low_end_pct", "low"]), at(["high_pct", "high_end_pct", "high"]), at(["central_pct", "centre_pct", "central"])];
  return found.every(k => k >= 0) ? found : null;
}

// ---- figures ----------------------------------------------------------------------------------------------------
const source = `${manifest.program} ${manifest.version}, plan ${manifest.plan}, data set ${manifest.baseline}, ${manifest.draws} solved draws, seed ${manifest.seed}`;
const figures = new Map();
// Width of a picture on paper in pixels of the page: text is as large there as on the screen.
const PAPER_WIDTH = 680;
let isOnPaper = false;
function draw(figure) {
  const { id, picture, element } = figure;
  const rows = picture.rows();
  const { head, sub, note } = picture.words(rows);
  picture.label = head;
  find("h3", element).textContent = head;
  find(".sub", element).textContent = sub;
  find(".note", element).textContent = `${note} Source: ${source}.`;
  const stage = find(".stage", element);
  const width = isOnPaper ? PAPER_WIDTH : Math.max(260, Math.min(stage.clientWidth || 640, 1100));
  let parts = [];
  if (rows.rows.length) {
    const drawn = picture.draw(rows, width);
    parts = Array.isArray(drawn) ? drawn : [{ head: "", svg: drawn }];
  }
  stage.replaceChildren(...parts.map(part => part.legend
    ? make("ul", { class: "legend" }, ...part.legend.map(([ink, text]) => {
      const mark = make("span", { class: "mark" });
      mark.style.background = ink;
      return make("li", {}, mark, text);
    }))
    : make("div", { class: "panel" }, part.head ? make("h4", {}, part.head) : null, part.svg)));
  stage.classList.toggle("many", parts.filter(part => part.svg).length > 1);
  stage.querySelectorAll("svg").forEach(svg => {
    svg.setAttribute("role", "img");
    // Plot labels the groups of marks for a structure that a picture does not show to readers.
    svg.querySelectorAll("[aria-label]").forEach(group => {
      group.dataset.label = group.getAttribute("aria-label");
      group.removeAttribute("aria-label");
    });
  });
  Object.assign(figure, { rows, head, sub, note, isDrawn: true });
  if (find("details", element).open) fillNumbers(figure);
  element.dataset.drawn = address();
}
function fillNumbers(figure) {
  const { element, rows, head, id } = figure;
  find(".numbers", element).replaceChildren(table(rows, { caption: head, file: `${id}.csv` }));
}
/// Lines of at most `most` letters.
const lines = (text, most) => text.split(" ").reduce((all, word) => {
  const line = `${all.at(-1)} ${word}`.trim();
  return line.length <= most ? [...all.slice(0, -1), line] : [...all, word];
}, [""]);
/// The picture as one SVG with its words.
function svgText({ element, head, sub, note }) {
  const panels = [...element.querySelectorAll(".panel")];
  const width = panels.length ? d3.max(panels, panel => panel.offsetLeft + panel.offsetWidth) - d3.min(panels, panel => panel.offsetLeft) + 32 : 640;
  const most = Math.max(30, Math.floor(width / 7.4));
  const left = d3.min(panels, panel => panel.offsetLeft), top = d3.min(panels, panel => panel.offsetTop);
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const write = (text, x, y, size, weight = "normal", fill = INK) => {
    const element = document.createElementNS(space, "text");
    Object.entries({ x, y, "font-size": size, "font-weight": weight, fill }).forEach(([key, value]) => element.setAttribute(key, value));
    element.textContent = text;
    svg.append(element);
  };
  const ground = document.createElementNS(space, "rect");
  svg.append(ground);
  let y = 26;
  for (const line of lines(head, Math.floor(most * 0.72))) { write(line, 16, y, 16, "bold"); y += 21; }
  for (const line of lines(sub, most)) { write(line, 16, y, 12.5, "normal", SOFT); y += 17; }
  let bottom = y;
  for (const panel of panels) {
    const [x, from] = [panel.offsetLeft - left + 16, panel.offsetTop - top + y];
    const name = find("h4", panel);
    if (name) write(shortened(name.textContent, 0.84 * panel.offsetWidth), x, from + 14, 12.5, "bold");
    const inner = find("svg", panel).cloneNode(true);
    inner.querySelectorAll("[aria-label='tip'], [data-label='tip']").forEach(tip => tip.remove());
    inner.setAttribute("x", x);
    inner.setAttribute("y", from + (name ? 22 : 0));
    svg.append(inner);
    bottom = Math.max(bottom, from + panel.offsetHeight);
  }
  bottom += 18;
  for (const line of lines(`${note} Source: ${source}.`, Math.floor(most * 1.1))) { write(line, 16, bottom, 11, "normal", SOFT); bottom += 15; }
  Object.entries({ width, height: bottom, viewBox: `0 0 ${width} ${bottom}`, "font-family": look.fontFamily })
    .forEach(([key, value]) => svg.setAttribute(key, value));
  Object.entries({ width: "100%", height: "100%", fill: "white" }).forEach(([key, value]) => ground.setAttribute(key, value));
  return new XMLSerializer().serializeToString(svg);
}
function addFigure(id, host) {
  const picture = pictures[id];
  const has = picture.needs.every(name => cube[name]) && (!picture.list || lists.has(picture.list));
  if (!has) return;
  const stage = make("div", { class: "stage" });
  const details = make("details", {}, make("summary", {}, "Numbers as a table"), make("div", { class: "numbers" }));
  const choice = picture.choice && make("label", {}, `${picture.choice.name} `,
    make("select", { "data-choice": id, onchange: event => { picture.chosen = event.target.value; draw(figure); } },
      ...picture.choice.of().map(value => make("option", { value }, picture.choice.text(value)))));
  const tools = make("div", { class: "tools" }, choice ?? null,
    make("button", { type: "button", "data-save": "csv", onclick: () => save(`${id}.csv`, "text/csv", csvText(figure.rows)) }, "CSV"),
    make("button", { type: "button", "data-save": "svg", onclick: () => save(`${id}.svg`, "image/svg+xml", svgText(figure)) }, "SVG"),
    make("a", { href: "#", class: "link" }, "Link to this picture"));
  const element = make("figure", { id: `figure-${id}`, tabindex: "-1" }, make("h3"), make("p", { class: "sub" }), stage,
    make("figcaption", {}, make("p", { class: "note" })), tools, details);
  const figure = { id, picture, element, isDrawn: false, rows: null };
  details.addEventListener("toggle", () => { if (details.open) { if (!figure.isDrawn) draw(figure); fillNumbers(figure); } });
  host.append(element);
  figures.set(id, figure);
}

// ---- the page ---------------------------------------------------------------------------------------------------
const near = new Set();
function drawNear() { for (const id of near) if (!figures.get(id).isDrawn) draw(figures.get(id)); }
function redraw() {
  for (const figure of figures.values()) {
    figure.isDrawn = false;
    find(".link", figure.element).setAttribute("href", address(figure.id));
  }
  for (const [name, value] of Object.entries(state)) find(`#choose-${name}`).value = value;
  find("#status").textContent = `Showing ${title(state.option)}, ${country(state.country)}, ${words(state.measure).toLowerCase()}, ${state.year}.`;
  drawNear();
  drawTable();
}
function drawTable() {
  const { option, measure, year } = state;
  const names = ["mean", "p05", "p50", "p95"];
  const rows = [...countries.keys()].map(iso3 => {
    const at = { option, iso3, measure, year };
    return [country(iso3), ...names.map(name => cube.projections.get(name, at)), cube.reference.get("value", at)];
  });
  const caption = `${words(measure)}, ${unitName(measure)}, by country under “${title(option)}” in ${year}, ${against}`;
  find("#numbers-caption").textContent = caption + ". Mean and quantiles over all draws, and the reference path.";
  find("#numbers-table").replaceChildren(table({ columns: ["Country", "Mean", "5 %", "Median", "95 %", "Reference path"], rows },
    { caption, file: `countries-${option}-${measure}-${year}.csv`, sort: [5, true] }));
}
function controls() {
  const texts = { option: title, country, measure: measure => `${words(measure)} (${unitName(measure)})`, year: year => year };
  for (const [name, all] of Object.entries(choices)) {
    const select = find(`#choose-${name}`);
    select.append(...all.map(value => make("option", { value }, texts[name](value))));
    select.addEventListener("change", () => {
      state[name] = select.value;
      history.replaceState(null, "", address());
      redraw();
    });
  }
  find("#reset").addEventListener("click", () => {
    Object.assign(state, defaults);
    history.replaceState(null, "", location.pathname + location.search);
    redraw();
  });
  find("#copy").addEventListener("click", async () => {
    const link = location.href.split("#")[0] + address();
    history.replaceState(null, "", address());
    try { await navigator.clipboard.writeText(link); find("#status").textContent = "The link is copied."; }
    catch { find("#status").textContent = `The link: ${link}`; }
  });
}
function addLists(host, files) {
  for (const file of files) {
    const list = lists.get(file);
    if (!list) continue;
    const note = list.n > list.rows.length ? ` The first ${list.rows.length} of ${list.n} rows.` : "";
    const details = make("details", {}, make("summary", {}, `${list.title} (${file}, ${list.n} rows)`));
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) {
        if (note) details.append(make("p", { class: "note" }, note));
        details.append(table(list, { caption: list.title, file }));
      }
    });
    host.append(details);
  }
}
function addManifest() {
  const ranges = Object.entries(manifest.uncertainty ?? {}).filter(([, range]) => typeof range === "object" && range);
  if (ranges.length) {
    const columns = [...new Set(ranges.flatMap(([, range]) => Object.keys(range)))];
    const cell = value => typeof value === "object" ? JSON.stringify(value) : value ?? "";
    find("#assumptions").append(make("h3", {}, "What the draws draw"), table({ columns: ["parameter", ...columns], rows: ranges.map(([name, range]) => [words(name), ...columns.map(column => cell(range[column]))]) },
      { caption: "Ranges of the parameters that the draws draw", file: "uncertainty.csv" }));
  }
  const host = find("#manifest");
  const inputs = make("details", {}, make("summary", {}, `Inputs with their SHA-256 (${(manifest.inputs ?? []).length} files)`));
  inputs.addEventListener("toggle", () => {
    if (inputs.open && inputs.children.length === 1) inputs.append(table({ columns: ["file", "sha256"], rows: manifest.inputs.map(one => [one.file, one.sha256]) }, { caption: "Inputs", file: "inputs.csv" }));
  });
  const whole = make("details", {}, make("summary", {}, "manifest.json as it is"));
  whole.addEventListener("toggle", () => {
    if (whole.open && whole.children.length === 1) whole.append(make("pre", { tabindex: "0", role: "region", "aria-label": "manifest.json" }, JSON.stringify(manifest, null, 1)));
  });
  host.append(inputs, whole);
}
function begin() {
  document.documentElement.classList.add("live");
  controls();
  for (const host of document.querySelectorAll("[data-figures]")) host.dataset.figures.split(" ").forEach(id => addFigure(id, host));
  addLists(find("#assumptions"), ["tornado.csv", "variance.csv", "assumptions.csv"]);
  addLists(find("#validation"), ["studies.csv", "bridge.csv", "hindcast_scores.csv", "hindcasts.csv", "data_checks.csv"]);
  addLists(find("#more-tables"), ["dates.csv", "tariff_path.csv"]);
  if (!find("#validation").querySelector("details")) find("#validation").append(make("p", { class: "note" }, "This page was made without the tables of `validate`. `tradepath validate --out CHECKS`, then `tradepath report DIR --with CHECKS` adds them."));
  addManifest();
  document.querySelectorAll("table.static").forEach(enhance);
  let show = readAddress();
  redraw();
  const watch = new IntersectionObserver(entries => {
    for (const { target, isIntersecting } of entries) {
      const id = target.id.replace("figure-", "");
      if (isIntersecting) near.add(id); else near.delete(id);
    }
    drawNear();
  }, { rootMargin: "300px" });
  figures.forEach(({ element }) => watch.observe(element));
  const jump = () => { if (show && figures.has(show)) { const { element } = figures.get(show); element.scrollIntoView(); element.focus({ preventScroll: true }); } };
  jump();
  addEventListener("hashchange", () => {
    const found = readAddress();
    if (found !== null || location.hash.includes("=")) { show = found; redraw(); jump(); }
  });
  let lastWidth = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === lastWidth) return;
    lastWidth = innerWidth;
    figures.forEach(figure => { figure.isDrawn = false; });
    drawNear();
  });
  const drawAll = onPaper => { isOnPaper = onPaper; figures.forEach(figure => draw(figure)); };
  addEventListener("beforeprint", () => drawAll(true));
  addEventListener("afterprint", () => drawAll(false));
}
begin();
window.tradepath = { state, figures, draw };
})();
