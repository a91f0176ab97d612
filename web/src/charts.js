// Line charts come alive: the drawn picture gives way to one with values under the pointer. Only the parts of ECharts in use are bundled.
import { LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([LineChart, GridComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(`--${name}`).trim();

for (const figure of document.querySelectorAll("figure[data-chart]")) mount(figure, JSON.parse(figure.dataset.chart));

function mount(figure, data) {
  const ground = figure.querySelector(".live");
  ground.hidden = false;
  figure.classList.add("mounted");
  const chart = init(ground, null, { renderer: "canvas" });
  chart.setOption(option(data, figure.clientWidth < 480));
  new ResizeObserver(() => chart.resize()).observe(ground);
}

function option(data, narrow) {
  const quiet = { color: colour("ink-3"), fontFamily: style.getPropertyValue("--font"), fontSize: 11 };
  const series = data.series.map((line) => {
    const now = line.class === "now";
    const ink = now ? colour("accent") : "#a9b4c0";
    return {
      name: line.name,
      type: "line",
      data: line.values,
      symbol: "circle",
      symbolSize: 5,
      showSymbol: false,
      lineStyle: { width: now ? 2.5 : 2, color: ink },
      itemStyle: { color: ink },
      endLabel: {
        show: true,
        formatter: (it) => `${it.seriesName}  ${round(it.value)}`,
        color: now ? colour("accent-ink") : colour("ink-3"),
        fontWeight: now ? 600 : 400,
        fontSize: 12,
      },
      labelLayout: { moveOverlap: "shiftY" },
      z: now ? 3 : 2,
    };
  });
  if (data.target) {
    series[0].markLine = {
      silent: true,
      symbol: "none",
      data: [{ yAxis: data.target.value }],
      lineStyle: { color: colour("done-fill"), type: "dashed" },
      label: { formatter: data.target.words, position: "insideStartTop", color: colour("done"), fontSize: 11 },
    };
  }
  return {
    animationDuration: 300,
    grid: { left: 8, right: narrow ? 78 : 96, top: 16, bottom: 4, containLabel: true },
    xAxis: {
      type: "category",
      data: data.ticks,
      boundaryGap: false,
      axisLine: { lineStyle: { color: colour("line-3") } },
      axisTick: { show: false },
      axisLabel: { ...quiet, hideOverlap: true },
    },
    yAxis: { type: "value", splitLine: { lineStyle: { color: colour("line-2") } }, axisLabel: quiet },
    tooltip: { trigger: "axis", formatter: (points) => told(points, data.unit), borderColor: colour("line-3") },
    series,
  };
}

// Built as nodes: text from data never becomes markup, and no style stands in an attribute.
function told(points, unit) {
  const box = document.createElement("div");
  const head = document.createElement("strong");
  head.textContent = points[0]?.axisValue ?? "";
  box.append(head);
  for (const point of points) {
    const line = document.createElement("div");
    line.textContent = `${point.seriesName}  ${round(point.value)} ${unit}`;
    box.append(line);
  }
  return box;
}

function round(value) {
  return value === null || value === undefined ? "—" : String(Math.round(value * 100) / 100);
}
