// A plot of the page as SVG. Its ground is white, so that it is read on a dark page too.
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

import type { Plot } from "./section.ts";

type Datum = { readonly x: number | string; readonly y: number; readonly series: string };

/** The product first and in the strongest colour; then as many as can be told apart. */
const ownColour = "#0b61a4";
const colours = [ownColour, "#e07b00", "#7a7a7a", "#2e8b57", "#b5477b", "#8c6d1f", "#5b5bd6", "#c0392b"];
const width = 520;
const lineHeight = 260;
/** Of the bars of one label, and of one bar when a label has several. */
const barHeight = 30;
const seriesBarHeight = 16;
/** Pixels of a bar's label; without a browser a letter counts as 4/5 of its height. */
const labelLimit = 480;
/** How far a logarithmic scale goes beyond the values on it. */
const spare = 1.2;

export async function svgOf(plot: Plot): Promise<string> {
  const spec = compile(specOf(plot)).spec;
  const view = new View(parse(spec), { renderer: "none" });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}

function specOf(plot: Plot): TopLevelSpec {
  const values = plot.series
    .flatMap(({ name, points }): Datum[] => points.map(([x, y]) => ({ x, y, series: name })))
    .filter((value) => hasPlace(plot, value));
  const shared = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: "white",
    padding: 12,
    title: { text: plot.title, anchor: "start", fontSize: 15, fontWeight: "normal", offset: 12 } as const,
    data: { values },
    width,
    config: {
      font: "sans-serif",
      view: { stroke: null },
      axis: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", gridColor: "#e4e4e4" },
      legend: { labelFontSize: 12, labelLimit: 240 },
      mark: { tooltip: null },
    } as const,
  };
  return plot.kind === "lines" ? { ...shared, ...linesOf(plot, values) } : { ...shared, ...barsOf(plot, values) };
}

/** Whether it can be drawn: a figure, and one above 0 where a scale is logarithmic. */
function hasPlace({ x: { isLogarithmic: isLogarithmicX }, y: { isLogarithmic } }: Plot, { x, y }: Datum): boolean {
  return Number.isFinite(y) && (!isLogarithmic || y > 0) && (!isLogarithmicX || Number(x) > 0);
}

function linesOf(plot: Plot, values: readonly Datum[]) {
  const { x, y } = plot;
  const ticks = [...new Set(values.map((value) => Number(value.x)))];
  const figures = values.map((value) => value.y);
  return {
    height: lineHeight,
    mark: { type: "line", point: { size: 50 }, strokeWidth: 2 },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        title: x.label,
        scale: scaleOf(x, ticks),
        // Where something was measured, and nowhere else.
        axis: { values: ticks, grid: false, format: "~s", labelOverlap: true },
      },
      y: { field: "y", type: "quantitative", title: y.label, scale: scaleOf(y, figures), axis: valueAxis(figures) },
      color: colourOf(plot),
    },
  } as const;
}

function barsOf(plot: Plot, values: readonly Datum[]) {
  const { x, y, series } = plot;
  const isGrouped = series.length > 1;
  const step = isGrouped ? ({ step: seriesBarHeight, for: "offset" } as const) : { step: barHeight };
  const figures = values.map((value) => value.y);
  // A logarithmic scale has no zero for bars to stand on.
  const floor = 10 ** Math.floor(Math.log10(Math.min(...figures)) - 0.001);
  const scale = y.isLogarithmic
    ? { type: "log" as const, nice: false, domain: [floor, Math.max(...figures) * spare] }
    : { zero: true, nice: true };
  return {
    height: step,
    mark: { type: "bar" },
    encoding: {
      x: { field: "y", type: "quantitative", title: y.label, scale, axis: valueAxis(figures) },
      ...(y.isLogarithmic ? { x2: { datum: floor } } : {}),
      y: { field: "x", type: "nominal", sort: null, title: x.label || null, axis: { labelLimit, grid: false } },
      ...(isGrouped ? { yOffset: { field: "series", sort: null } } : {}),
      color: isGrouped ? colourOf(plot) : { value: ownColour },
    },
  } as const;
}

/** Large figures in thousands and millions, and no others in thousandths. */
function valueAxis(values: readonly number[]) {
  const format = Math.max(...values) >= 10_000 ? "~s" : ",.4~r";
  return { format, tickCount: 5, labelOverlap: true };
}

function scaleOf({ isLogarithmic }: { readonly isLogarithmic?: boolean }, values: readonly number[]) {
  if (!isLogarithmic) return { zero: true, nice: true } as const;
  const domain = [Math.min(...values) / spare, Math.max(...values) * spare];
  return { type: "log" as const, nice: false, domain };
}

function colourOf({ series }: Plot) {
  const domain = series.map(({ name }) => name);
  return {
    field: "series",
    type: "nominal",
    title: null,
    sort: null,
    scale: { domain, range: colours.slice(0, Math.max(1, domain.length)) },
    legend: domain.length > 1 ? { orient: "bottom", columns: 3 } : null,
  } as const;
}
