package io.fdflux.benchmarks.report;

import io.fdflux.benchmarks.result.Spread;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An SVG with a row per subject, and in it a dot at the median and a line over the spread for each series. The axis
 * is logarithmic.
 */
final class DotPlot {

    /**
     * One row.
     *
     * @param dots by series; above 0
     */
    record Row(String label, Map<String, Spread> dots) {}

    private static final List<String> COLOURS =
            List.of("#c2185b", "#7b1fa2", "#8d8d8d", "#1565c0", "#2e7d32", "#ef6c00");
    private static final int LEFT = 250;
    private static final int WIDTH = 640;
    private static final int TOP = 70;
    private static final int PER_SERIES = 9;
    private static final int ROW_GAP = 12;

    /** Ratios of the ends of an axis. */
    private static final double SHORT = 4;

    private static final double LONG = 200;

    private final String title;
    private final List<String> series;
    private final List<Row> rows;
    private final double low;
    private final double high;

    /** Rows must not be empty. */
    DotPlot(String title, List<String> series, List<Row> rows) {
        this.title = title;
        this.series = series;
        this.rows = rows;
        double min = rows.stream()
                .flatMap(row -> row.dots().values().stream())
                .mapToDouble(Spread::min)
                .min()
                .orElseThrow();
        double max = rows.stream()
                .flatMap(row -> row.dots().values().stream())
                .mapToDouble(Spread::max)
                .max()
                .orElseThrow();
        this.low = min / 1.1;
        this.high = max * 1.1;
    }

    String svg() {
        int rowHeight = series.size() * PER_SERIES + ROW_GAP;
        int bottom = TOP + rows.size() * rowHeight;
        StringBuilder svg = new StringBuilder();
        add(
                svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\" "
                        + "font-family=\"sans-serif\" font-size=\"12\">",
                LEFT + WIDTH + 30,
                bottom + 35);
        add(svg, "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>");
        add(svg, "<text x=\"10\" y=\"22\" font-size=\"16\">%s</text>", escaped(title));
        legend(svg);
        axis(svg, bottom);
        for (int i = 0; i < rows.size(); i++) {
            row(svg, rows.get(i), TOP + i * rowHeight, rowHeight);
        }
        return svg.append("</svg>\n").toString();
    }

    private void legend(StringBuilder svg) {
        int x = LEFT;
        for (int i = 0; i < series.size(); i++) {
            add(svg, "<circle cx=\"%d\" cy=\"42\" r=\"4\" fill=\"%s\"/>", x, COLOURS.get(i));
            add(svg, "<text x=\"%d\" y=\"46\">%s</text>", x + 9, escaped(series.get(i)));
            x += 90;
        }
    }

    private void axis(StringBuilder svg, int bottom) {
        for (double tick : ticks()) {
            double x = x(tick);
            String colour = Math.abs(tick - 1) < 1e-9 ? "#555555" : "#dddddd";
            add(svg, "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>", x, TOP, x, bottom, colour);
            add(
                    svg,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                    x,
                    bottom + 18,
                    new DecimalFormat("#,##0.####", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(tick));
        }
    }

    private List<Double> ticks() {
        return high / low < SHORT ? steps() : decades();
    }

    /** Even steps, for a short axis. */
    private List<Double> steps() {
        double step = Math.pow(10, Math.floor(Math.log10(high - low)));
        double fitting = (high - low) / step < 3 ? step / 5 : step;
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(low / fitting); i * fitting <= high; i++) {
            ticks.add(i * fitting);
        }
        return ticks;
    }

    /** 1, 2 and 5 of each decade; 1 alone for a long axis. */
    private List<Double> decades() {
        int[] digits = high / low > LONG ? new int[] {1} : new int[] {1, 2, 5};
        List<Double> ticks = new ArrayList<>();
        for (int decade = (int) Math.floor(Math.log10(low)); decade <= Math.log10(high); decade++) {
            for (int digit : digits) {
                double tick = digit * Math.pow(10, decade);
                if (tick >= low && tick <= high) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    private void row(StringBuilder svg, Row row, int top, int height) {
        add(
                svg,
                "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                LEFT - 10,
                top + height / 2.0 + 4,
                escaped(row.label()));
        add(svg, "<line x1=\"10\" y1=\"%1$d\" x2=\"%2$d\" y2=\"%1$d\" stroke=\"#eeeeee\"/>", top, LEFT + WIDTH);
        for (int i = 0; i < series.size(); i++) {
            Spread spread = row.dots().get(series.get(i));
            if (spread != null) {
                double y = top + ROW_GAP / 2.0 + (i + 0.5) * PER_SERIES;
                dot(svg, series.get(i), COLOURS.get(i), spread, y);
            }
        }
    }

    private void dot(StringBuilder svg, String name, String colour, Spread spread, double y) {
        add(svg, "<g><title>%s: %s</title>", escaped(name), escaped(Numbers.of(spread)));
        add(
                svg,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"2\"/>",
                x(spread.min()),
                y,
                x(spread.max()),
                y,
                colour);
        add(svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/></g>", x(spread.median()), y, colour);
    }

    private double x(double value) {
        return LEFT + WIDTH * Math.log(value / low) / Math.log(high / low);
    }

    private static void add(StringBuilder svg, String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
