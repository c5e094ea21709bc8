// The chart of the dashboard: calls by hour, today over yesterday, in the page's colours.
(() => {
  let chart = null;
  let hours = [];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function draw() {
    const element = document.getElementById("hours-chart");
    if (!element || !hours.length) return;
    if (!chart) chart = echarts.init(element, null, { renderer: "canvas" });
    const words = element.dataset;
    const font = getComputedStyle(document.body).fontFamily;
    chart.setOption({
      textStyle: { fontFamily: font, color: colour("--va-ink-2") },
      animationDuration: 300,
      grid: { left: 44, right: 16, top: 40, bottom: 28 },
      legend: { top: 6, right: 12, itemWidth: 12, itemHeight: 8, textStyle: { color: colour("--va-ink-2"), fontFamily: font } },
      // Drawn on the canvas: an HTML tooltip would need inline styles, which the page forbids.
      tooltip: {
        trigger: "axis", renderMode: "richText", backgroundColor: colour("--va-surface"), borderColor: colour("--va-line-strong"),
        textStyle: { color: colour("--va-ink"), fontFamily: font, fontSize: 12 }, axisPointer: { type: "shadow", shadowStyle: { color: colour("--va-ink"), opacity: .05 } },
      },
      xAxis: {
        type: "category", data: hours.map((hour) => `${String(hour.hour).padStart(2, "0")}h`),
        axisTick: { show: false }, axisLine: { lineStyle: { color: colour("--va-line-strong") } }, axisLabel: { color: colour("--va-ink-3"), interval: 2 },
      },
      yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: colour("--va-line") } }, axisLabel: { color: colour("--va-ink-3") } },
      series: [
        { name: words.today, type: "bar", data: hours.map((hour) => hour.calls), itemStyle: { color: colour("--va-accent"), opacity: .35, borderRadius: [3, 3, 0, 0] }, barGap: "-100%", barMaxWidth: 26 },
        { name: words.answered, type: "bar", data: hours.map((hour) => hour.answered), itemStyle: { color: colour("--va-accent"), borderRadius: [3, 3, 0, 0] }, barMaxWidth: 26 },
        { name: words.yesterday, type: "line", data: hours.map((hour) => hour.calls_yesterday), smooth: true, showSymbol: false, lineStyle: { width: 1.5, type: "dashed", color: colour("--va-amber") }, itemStyle: { color: colour("--va-amber") } },
      ],
    });
  }

  async function refresh() {
    const element = document.getElementById("hours-chart");
    if (!element || document.hidden) return;
    const answer = await fetch(element.dataset.source, { headers: { "HX-Request": "true" } });
    if (!answer.ok || !answer.headers.get("content-type").includes("json")) return;
    hours = (await answer.json()).hours;
    draw();
  }

  document.addEventListener("DOMContentLoaded", () => { refresh(); setInterval(refresh, 15000); });
  document.addEventListener("va:theme", draw);
  window.addEventListener("resize", () => chart && chart.resize());
})();
