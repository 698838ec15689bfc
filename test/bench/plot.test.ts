// Plots of the page.
import test from "ava";

import { svgOf } from "./plot.ts";
import type { Plot } from "./section.ts";

const lines: Plot = {
  name: "rates",
  title: "Commands a second",
  kind: "lines",
  x: { label: "clients", isLogarithmic: true },
  y: { label: "commands/s" },
  series: [
    {
      name: "Evento",
      points: [
        [1, 800],
        [16, 3_000],
        [64, 4_500],
      ],
    },
    {
      name: "roofline",
      points: [
        [1, 1_000],
        [16, 8_000],
        [64, 12_000],
      ],
    },
  ],
};
const bars: Plot = {
  ...lines,
  kind: "bars",
  x: { label: "" },
  y: { label: "µs", isLogarithmic: true },
  series: [
    {
      name: "",
      points: [
        ["Evento", 230],
        ["a < b & c", 1_900],
      ],
    },
  ],
};

test("lines have a point for each value, their axes' labels and a legend", async (t) => {
  const svg = await svgOf(lines);
  t.true(svg.startsWith("<svg "));
  for (const text of ["Commands a second", "clients", "commands/s", "Evento", "roofline", "64"])
    t.true(svg.includes(`>${text}</text>`), text);
  t.is(svg.match(/aria-roledescription="point"/g)?.length, 6);
});

test("bars have one for each label, on a scale without a zero too, and no legend for one series", async (t) => {
  const svg = await svgOf(bars);
  t.is(svg.match(/aria-roledescription="bar"/g)?.length, 2);
  t.true(svg.includes("a &lt; b &amp; c"));
  t.false(svg.includes("NaN"));
  t.false(svg.includes("role-legend"));
});

test("what a logarithmic scale has no place for is left out", async (t) => {
  const series = [
    {
      name: "",
      points: [
        ["nothing", 0],
        ["not measured", Number.NaN],
        ["something", 5],
      ] as const,
    },
  ];
  t.is((await svgOf({ ...bars, series })).match(/aria-roledescription="bar"/g)?.length, 1);
});

test("bars of several series stand beside each other", async (t) => {
  const [series] = bars.series;
  const svg = await svgOf({
    ...bars,
    series: ["alone", "beside"].map((name) => ({ name, points: series?.points ?? [] })),
  });
  t.is(svg.match(/aria-roledescription="bar"/g)?.length, 4);
  t.true(svg.includes(">beside</text>"));
});

test("a plot has a white ground and is small", async (t) => {
  for (const plot of [lines, bars]) {
    const svg = await svgOf(plot);
    t.regex(svg, /<rect width="\d+" height="\d+" fill="white"/);
    t.true(svg.length < 40_000);
  }
});
