package io.fdflux.format;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Words that are filled to a line width: each line takes as many words as fit. A last line of a single word gets a
 * second one from the line above.
 */
final class Paragraph {

    /** Inline tags up to this length stay on one line. */
    private static final int LONGEST_KEPT_TAG = 60;

    /**
     * A line must not begin with such a word, because the next run would take it for a list, a block tag or a table.
     */
    private static final Pattern NEVER_FIRST = Pattern.compile(
            "[-*+]|[A-Z][A-Z0-9_]+:|\\d{1,2}[.)]|@\\p{Alpha}.*|\\|.*|---.*|===.*|</?(?:p|li|ul|ol|dl|pre|table)\\b.*");

    private final String firstPrefix;
    private final String nextPrefix;
    private final List<String> words;

    /**
     * A paragraph of a comment.
     *
     * @param firstPrefix what stands before the words of the first line: indentation, a list's marker, a tag
     * @param nextPrefix  what stands before those of the others
     * @param text        the words, separated by single spaces or line ends
     */
    Paragraph(String firstPrefix, String nextPrefix, String text) {
        this.firstPrefix = firstPrefix;
        this.nextPrefix = nextPrefix;
        words = glued(List.of(text.strip().split("\\s+")));
    }

    private static List<String> glued(List<String> words) {
        List<String> glued = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            int open = word.lastIndexOf("{@");
            if (open >= 0 && word.indexOf('}', open) < 0) {
                String tag = word;
                int last = i;
                while (depth(tag, open) > 0 && last + 1 < words.size() && tag.length() <= LONGEST_KEPT_TAG) {
                    last++;
                    tag += " " + words.get(last);
                }
                if (depth(tag, open) <= 0 && tag.length() <= LONGEST_KEPT_TAG) {
                    word = tag;
                    i = last;
                }
            }
            if (!glued.isEmpty() && NEVER_FIRST.matcher(word).matches()) {
                glued.add(glued.removeLast() + " " + word);
            } else {
                glued.add(word);
            }
        }
        return glued;
    }

    /** The braces that are open at the end of the text. */
    private static int depth(String text, int from) {
        int depth = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        }
        return depth;
    }

    /**
     * Fills lines.
     *
     * @param width of a line, prefix included; a longer word has a line of its own
     * @return the lines, with their prefixes
     */
    List<String> fill(int width) {
        List<List<String>> lines = new ArrayList<>();
        List<String> line = new ArrayList<>();
        int length = firstPrefix.length();
        for (String word : words) {
            int wordLength = word.codePointCount(0, word.length());
            if (!line.isEmpty() && length + 1 + wordLength > width) {
                lines.add(line);
                line = new ArrayList<>();
                length = nextPrefix.length();
            }
            length += (line.isEmpty() ? 0 : 1) + wordLength;
            line.add(word);
        }
        lines.add(line);
        fillSingleWord(lines, width);
        List<String> filled = new ArrayList<>();
        for (List<String> content : lines) {
            filled.add((filled.isEmpty() ? firstPrefix : nextPrefix) + String.join(" ", content));
        }
        return filled;
    }

    private void fillSingleWord(List<List<String>> lines, int width) {
        List<String> last = lines.getLast();
        if (lines.size() < 2 || last.size() > 1 || last.getFirst().indexOf(' ') >= 0) {
            return;
        }
        List<String> above = lines.get(lines.size() - 2);
        int together = nextPrefix.length()
                + above.getLast().length()
                + 1
                + last.getFirst().length();
        if (above.size() > 1 && together <= width) {
            last.addFirst(above.removeLast());
        }
    }
}
