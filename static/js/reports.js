// The pictures of reports: bars of what the table beside them says, in the page's colours.
(() => {
  const charts = new Map();
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function draw(element) {
    const { labels, series, lying } = JSON.parse(element.dataset.chart);
    if (!charts.has(element)) charts.set(element, echarts.init(element, null, { renderer: "canvas" }));
    const font = getComputedStyle(document.body).fontFamily;
    const colours = [colour("--va-accent"), colour("--va-amber")];
    charts.get(element).setOption({
      textStyle: { fontFamily: font, color: colour("--va-ink-2") },
      animation: false,
      grid: { left: 8, right: 16, top: 34, bottom: 8, containLabel: true },
      legend: { top: 4, right: 8, itemWidth: 12, itemHeight: 8, textStyle: { color: colour("--va-ink-2"), fontFamily: font } },
      // Drawn on the canvas: an HTML tooltip would need inline styles, which the page forbids.
      tooltip: {
        trigger: "axis", renderMode: "richText", backgroundColor: colour("--va-surface"), borderColor: colour("--va-line-strong"),
        textStyle: { color: colour("--va-ink"), fontFamily: font, fontSize: 12 },
        valueFormatter: (value) => (value === null || value === undefined ? "—" : value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 2 })),
      },
      [lying ? "yAxis" : "xAxis"]: {
        type: "category", data: labels, inverse: lying, axisTick: { show: false }, axisLine: { lineStyle: { color: colour("--va-line-strong") } },
        axisLabel: { color: colour("--va-ink-3"), hideOverlap: true, width: 130, overflow: "truncate" },
      },
      [lying ? "xAxis" : "yAxis"]: { type: "value", splitLine: { lineStyle: { color: colour("--va-line") } }, axisLabel: { color: colour("--va-ink-3"), hideOverlap: true } },
      series: series.map((one, place) => ({
        name: one.name, type: "bar", data: one.values, barMaxWidth: lying ? 10 : 22, itemStyle: { color: colours[place], borderRadius: lying ? [0, 3, 3, 0] : [3, 3, 0, 0] },
      })),
    });
  }

  const drawAll = () => document.querySelectorAll("[data-chart]").forEach(draw);
  document.addEventListener("DOMContentLoaded", drawAll);
  document.addEventListener("va:theme", drawAll);
  window.addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
})();
