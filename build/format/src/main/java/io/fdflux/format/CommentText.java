package io.fdflux.format;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reflows the text of one comment, whose lines come without the comment's marks.
 *
 * <pre>
 * filled                                               kept as it is
 * text up to a blank line                              pre, table and snippet blocks, whole
 * an item of a list: li, -, *, 1.; EAGAIN: ...         a paragraph with columns: two spaces between words
 * a block tag, its continuation at its own indent      headings (----), lines of a table (|), lines of tags alone
 *                                                      in line comments: text that is indented
 *                                                      words to tools, as noinspection
 * </pre>
 */
final class CommentText {

    private static final Pattern VERBATIM_START = Pattern.compile("<pre\\b|<table\\b|\\{@snippet\\b");
    private static final Pattern KEPT_LINE = Pattern.compile("(?:---|===|\\|).*"
            + "|</?(?:ul|ol|dl|blockquote|div)\\b[^>]*>|<p>|<hr>|(?:noinspection|language=|@formatter:|spotless:).*");
    private static final Pattern COLUMNS = Pattern.compile("\\S {2,}\\S");
    private static final Pattern LIST_ITEM = Pattern.compile("(?:[-*+] |\\d{1,2}[.)] |<(?:li|dt|dd)>)(?=\\S)");
    private static final Pattern NEW_PARAGRAPH = Pattern.compile("<p>(?=\\S)|<h\\d>");
    /** As of an errno, which has a line of its own: {@code EAGAIN: the pipe is full.} */
    private static final Pattern DEFINITION = Pattern.compile("[A-Z][A-Z0-9_]+: +(?=\\S)");

    private static final Pattern BLOCK_TAG =
            Pattern.compile("@(?:(?:param|throws|exception) +\\S+|\\w+)(?: +(?=\\S)|$)");

    /** One is enough for what people write; odd mixes of lists and tags take more. */
    private static final int MOST_RUNS = 10;

    private static final int TAG_INDENT = 4;
    private static final int HTML_ITEM_INDENT = 4;

    private final List<String> lines;
    private final boolean html;
    private final int width;
    private final List<String> reflowed = new ArrayList<>();
    private int next;
    private int paragraphs;

    private CommentText(List<String> lines, boolean html, int width) {
        this.lines = lines;
        this.html = html;
        this.width = width;
    }

    /**
     * Reflows text.
     *
     * @param lines of the comment, without its marks and the space behind them
     * @param html  whether it is Javadoc or another block, with tags and indented paragraphs
     * @param width of a line
     * @return the lines that take their place
     */
    static CommentText reflow(List<String> lines, boolean html, int width) {
        CommentText text = once(lines, html, width);
        for (int i = 0; i < MOST_RUNS; i++) {
            CommentText again = once(text.reflowed, html, width);
            if (again.reflowed.equals(text.reflowed)) {
                return text;
            }
            text = again;
        }
        throw new IllegalArgumentException("does not settle: " + String.join("\n", lines));
    }

    private static CommentText once(List<String> lines, boolean html, int width) {
        CommentText text = new CommentText(lines, html, width);
        while (text.next < lines.size()) {
            text.block();
        }
        return text;
    }

    List<String> lines() {
        return reflowed;
    }

    /** Whether it is a single line of text, which fits between the marks of a comment. */
    boolean isOneParagraph() {
        return paragraphs == 1 && reflowed.size() == 1 && !reflowed.getFirst().startsWith("@");
    }

    private void block() {
        String line = lines.get(next);
        if (VERBATIM_START.matcher(line).find()) {
            verbatimBlock();
        } else if (line.isBlank()
                || KEPT_LINE.matcher(line.strip()).matches()
                || !html && indent(line) > 0 && !isItem(line)) {
            reflowed.add(line.stripTrailing());
            next++;
        } else {
            paragraph(line);
        }
    }

    private void verbatimBlock() {
        String line = lines.get(next);
        String end = line.contains("<pre") ? "</pre>" : line.contains("<table") ? "</table>" : null;
        int braces = 0;
        boolean open = true;
        while (open && next < lines.size()) {
            line = lines.get(next++);
            reflowed.add(line.stripTrailing());
            if (end != null) {
                open = !line.contains(end);
            } else {
                braces += count(line, '{') - count(line, '}');
                open = braces > 0;
            }
        }
    }

    private static int count(String line, char c) {
        return (int) line.chars().filter(each -> each == c).count();
    }

    private void paragraph(String first) {
        int start = next++;
        String marker = marker(first.strip());
        int ownIndent = indent(first);
        boolean tag = marker.startsWith("@");
        while (next < lines.size() && continues(lines.get(next), ownIndent, marker)) {
            next++;
        }
        List<String> own = lines.subList(start, next);
        String text = String.join("\n", own).strip().substring(marker.length());
        if (text.isBlank() || COLUMNS.matcher(text).find()) {
            own.forEach(line -> reflowed.add(line.stripTrailing()));
            return;
        }
        int hanging = ownIndent;
        if (tag || isItem(first)) {
            int usual = tag
                    ? TAG_INDENT
                    : marker.startsWith("<") ? ownIndent + HTML_ITEM_INDENT : ownIndent + marker.length();
            hanging = own.size() > 1 && indent(own.get(1)) > ownIndent ? indent(own.get(1)) : usual;
        }
        String space = tag && !marker.endsWith(" ") ? " " : ""; // the text of a tag began on its second line
        reflowed.addAll(new Paragraph(" ".repeat(ownIndent) + marker + space, " ".repeat(hanging), text).fill(width));
        paragraphs++;
    }

    private boolean continues(String line, int ownIndent, String marker) {
        String stripped = line.strip();
        if (stripped.isEmpty()
                || VERBATIM_START.matcher(line).find()
                || KEPT_LINE.matcher(stripped).matches()
                || !marker(stripped).isEmpty()) {
            return false;
        }
        return marker.startsWith("@") || (isItem(marker + "x") ? indent(line) > ownIndent : indent(line) == ownIndent);
    }

    /** The list's marker, the tags or the block tag that the line begins with; empty if it begins with a word. */
    private String marker(String stripped) {
        Matcher item = LIST_ITEM.matcher(stripped);
        if (item.lookingAt()) {
            return item.group();
        }
        Matcher definition = DEFINITION.matcher(stripped);
        if (definition.lookingAt()) {
            return definition.group();
        }
        if (html) {
            Matcher tag = BLOCK_TAG.matcher(stripped);
            if (tag.lookingAt()) {
                return tag.group();
            }
            Matcher paragraph = NEW_PARAGRAPH.matcher(stripped);
            if (paragraph.lookingAt()) {
                return paragraph.group();
            }
        }
        return "";
    }

    private static boolean isItem(String line) {
        return LIST_ITEM.matcher(line.strip()).lookingAt();
    }

    private static int indent(String line) {
        return line.length() - line.stripLeading().length();
    }
}
