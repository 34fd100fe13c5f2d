package io.fdflux.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/** A table in Markdown. */
final class MarkdownTable {

    private final StringBuilder text = new StringBuilder();
    private int rows;

    MarkdownTable(List<String> head) {
        line(head);
        line(head.stream().map(_ -> "---").toList());
        rows = 0;
    }

    MarkdownTable(String... head) {
        this(List.of(head));
    }

    void row(String... cells) {
        line(List.of(cells));
    }

    void row(String first, List<String> more) {
        List<String> cells = new ArrayList<>(List.of(first));
        cells.addAll(more);
        line(cells);
    }

    boolean isEmpty() {
        return rows == 0;
    }

    private void line(List<String> cells) {
        text.append("| ")
                .append(String.join(
                        " | ", cells.stream().map(MarkdownTable::escaped).toList()))
                .append(" |\n");
        rows++;
    }

    private static String escaped(String cell) {
        return cell.replace("|", "\\|").replace("\n", " ");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
