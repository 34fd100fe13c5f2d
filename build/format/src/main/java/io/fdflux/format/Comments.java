package io.fdflux.format;

import java.util.ArrayList;
import java.util.List;

/**
 * Reflows the comments of a Java source that have lines of their own. Comments behind code stay as they are. The source
 * must compile and be indented already.
 */
final class Comments {

    /** The longest line: that of the code's formatter. */
    static final int WIDTH = 120;

    private final String source;
    private final StringBuilder result = new StringBuilder();
    private int position;
    /** Everything before it has been copied or replaced. */
    private int copied;

    private Comments(String source) {
        this.source = source;
    }

    /**
     * Reflows comments.
     *
     * @param source Java
     * @return the same with reflowed comments
     */
    static String reflow(String source) {
        return new Comments(source).run();
    }

    private String run() {
        while (position < source.length()) {
            if (source.startsWith("//", position)) {
                lineComments();
            } else if (source.startsWith("/*", position)) {
                blockComment();
            } else if (source.startsWith("\"\"\"", position)) {
                skipQuoted("\"\"\"");
            } else if (source.charAt(position) == '"') {
                skipQuoted("\"");
            } else if (source.charAt(position) == '\'') {
                skipQuoted("'");
            } else {
                position++;
            }
        }
        return result.append(source, copied, source.length()).toString();
    }

    private void skipQuoted(String quote) {
        position += quote.length();
        while (!source.startsWith(quote, position)) {
            position += source.charAt(position) == '\\' ? 2 : 1;
        }
        position += quote.length();
    }

    private int lineEnd(int from) {
        int end = source.indexOf('\n', from);
        return end < 0 ? source.length() : end;
    }

    /** The column of the position if nothing but spaces stands before it, else -1. */
    private int ownColumn() {
        int lineStart = source.lastIndexOf('\n', position - 1) + 1;
        return source.substring(lineStart, position).isBlank() ? position - lineStart : -1;
    }

    private void replace(int from, int to, List<String> lines, int column) {
        String separator = "\n" + " ".repeat(column);
        result.append(source, copied, from).append(String.join(separator, lines));
        copied = to;
    }

    // ---- line comments

    private void lineComments() {
        int column = ownColumn();
        int start = position;
        position = lineEnd(position);
        if (column < 0 || !isText(source.substring(start, position))) {
            return;
        }
        List<String> text = new ArrayList<>();
        text.add(lineText(source.substring(start, position)));
        String mark = "\n" + " ".repeat(column) + "//";
        while (source.startsWith(mark, position)) {
            int end = lineEnd(position + 1);
            String line = source.substring(position + mark.length() - 2, end);
            if (!isText(line)) {
                break;
            }
            text.add(lineText(line));
            position = end;
        }
        List<String> reflowed =
                CommentText.reflow(text, false, WIDTH - column - "// ".length()).lines();
        replace(
                start,
                position,
                reflowed.stream().map(line -> ("// " + line).stripTrailing()).toList(),
                column);
    }

    /** Whether it is for people: Markdown comments ("///") and words to tools ("//noinspection") are not. */
    private static boolean isText(String comment) {
        return comment.equals("//") || comment.startsWith("// ");
    }

    private static String lineText(String comment) {
        return comment.length() > 3 ? comment.substring(3) : "";
    }

    // ---- block comments and Javadoc

    private void blockComment() {
        int column = ownColumn();
        int start = position;
        int end = source.indexOf("*/", start + 2);
        position = end + 2;
        boolean javadoc = source.startsWith("/**", start) && end > start + 2;
        int textStart = start + (javadoc ? 3 : 2);
        boolean fitsOneLine = end < lineEnd(start) && column + position - start <= WIDTH;
        if (column < 0
                || fitsOneLine
                || !source.substring(position, lineEnd(position)).isBlank()) {
            return;
        }
        List<String> text = blockText(source.substring(textStart, end));
        if (text.isEmpty()) {
            return;
        }
        CommentText reflowed = CommentText.reflow(text, true, WIDTH - column - " * ".length());
        replace(start, position, block(javadoc ? "/**" : "/*", reflowed, column), column);
    }

    private static List<String> block(String opening, CommentText text, int column) {
        String oneLine = opening + " " + text.lines().getFirst().strip() + " */";
        if (text.isOneParagraph() && column + oneLine.length() <= WIDTH) {
            return List.of(oneLine);
        }
        List<String> lines = new ArrayList<>(List.of(opening));
        text.lines().forEach(line -> lines.add((" * " + line).stripTrailing()));
        lines.add(" */");
        return lines;
    }

    /** The lines between the marks; empty if some line has none, or there is no text. */
    private static List<String> blockText(String body) {
        String[] lines = body.split("\n", -1);
        List<String> text = new ArrayList<>();
        text.add(lines[0].strip());
        for (int i = 1; i < lines.length; i++) {
            String line = lines[i].strip();
            boolean last = i == lines.length - 1;
            if (!line.startsWith("*") && !(last && line.isEmpty())) {
                return List.of();
            }
            text.add(line.isEmpty() ? "" : line.substring(line.startsWith("* ") ? 2 : 1));
        }
        while (!text.isEmpty() && text.getFirst().isBlank()) {
            text.removeFirst();
        }
        while (!text.isEmpty() && text.getLast().isBlank()) {
            text.removeLast();
        }
        return text;
    }
}
