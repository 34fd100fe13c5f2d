package io.fdflux.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CommentsTest {

    private static final String WORDS = "word ".repeat(40).strip();

    private static void becomes(String before, String after) {
        assertThat(Comments.reflow(before)).isEqualTo(after);
        assertThat(Comments.reflow(after)).as("second run").isEqualTo(after);
    }

    private static void stays(String source) {
        becomes(source, source);
    }

    private static String longest(String text) {
        return text.lines().max((a, b) -> a.length() - b.length()).orElseThrow();
    }

    @Test
    void linesOfAParagraphAreFilled() {
        becomes("""
                // One
                // two
                // three.
                int i;
            """, """
                // One two three.
                int i;
            """);
        String filled = Comments.reflow("    // " + WORDS + "\n");
        assertThat(longest(filled)).hasSize(116); // one more word would make 121
        assertThat(filled.lines()).hasSize(2).allMatch(line -> line.startsWith("    // word word"));
    }

    @Test
    void noParagraphEndsInASingleWord() {
        String line = "    // " + "word ".repeat(22) + "end"; // of 120
        stays(line + "\n");
        becomes(line + " alone\n", """
                // %sword
                // end alone
            """.formatted("word ".repeat(21)));
        becomes("/** " + "word ".repeat(23) + "end alone */\n", """
            /**
             * %sword
             * end alone
             */
            """.formatted("word ".repeat(22)));
    }

    @Test
    void aWordThatFitsNowhereHasItsOwnLine() {
        String address = "https://example.org/" + "x".repeat(120);
        becomes("// See " + address + "\n// for more.\n", """
            // See
            // %s
            // for more.
            """.formatted(address));
        stays("// See\n// " + address + "\n");
    }

    @Test
    void blankLinesHeadingsAndColumnsOfLineCommentsStay() {
        stays("""
            // ---- the source

            // Short.
            //
            // Short, too.
            //
            // name      linux    macos
            // EAGAIN    11       35
            //
            //     code();
            //     more();
            int i; // behind code
            //noinspection all
            // | a | table |
            // | b | c |
            /// Markdown
            /// of Javadoc
            """);
    }

    @Test
    void itemsOfListsHang() {
        becomes("""
            // What
            // is there:
            // - one
            //   item
            // - another
            // 1. numbered
            //    item
            """, """
            // What is there:
            // - one item
            // - another
            // 1. numbered item
            """);
        String filled = Comments.reflow("// - " + WORDS + "\n// - next\n");
        assertThat(filled.lines()).hasSize(3).element(1).asString().startsWith("//   word");
    }

    @Test
    void definitionsHaveLinesOfTheirOwn() {
        stays("""
            // EAGAIN: the pipe is full.
            // EPIPE: it has no reader.
            """);
    }

    @Test
    void javadocKeepsItsBlocks() {
        stays("""
            /**
             * Summary.
             *
             * <pre>
             * a   table
             * of
             * lines
             * </pre>
             *
             * Behind it.
             *
             * <p>Another paragraph.
             * <ul>
             *   <li>an item
             *   <li>another
             * </ul>
             *
             * {@snippet :
             *   a();
             *   b();
             * }
             *
             * @param a      first
             * @param second second
             * @return this
             * @throws IOException never
             */
            """);
    }

    @Test
    void blockTagsHang() {
        becomes("""
                /**
                 * Sums
                 * up.
                 *
                 * @param loops      which
                 *                   run it
                 * @param descriptor open
                 * @return %s
                 */
            """.formatted(WORDS), """
                    /**
                     * Sums up.
                     *
                     * @param loops      which run it
                     * @param descriptor open
                     * @return %s
                     *     %s
                     */
                """.formatted(
                        "word ".repeat(21).strip(), "word ".repeat(19).strip()));
        stays("""
            /**
             * Sums up.
             *
             * @param a %s
             *          %s
             */
            """.formatted("word ".repeat(21) + "wor", "word ".repeat(9).strip()));
    }

    @Test
    void javadocHasOneLineWhereThatIsEnough() {
        becomes("/**\n * Sums up.\n */\nint i;\n", "/** Sums up. */\nint i;\n");
        becomes("/**\n * Sums\n * {@code up}. */\nint i;\n", "/** Sums {@code up}. */\nint i;\n");
        stays("/**\n * Sums up.\n *\n * <p>Twice.\n */\nint i;\n");
        stays("/**\n * @return this\n */\nint i;\n");
        stays("/** @hidden */ int i;\n");
        stays("/** @see Object */\nint i;\n");
        stays("/***/\n/**/\n/** */\nint i;\n");
    }

    @Test
    void aLineBeginsWithNoWordThatWouldMeanSomethingElseThere() {
        for (String word : new String[] {"-", "*", "1.", "@Test", "|", "<p>x", "EAGAIN:"}) {
            for (int length = 1; length < 120; length++) {
                String text = "/** " + "x".repeat(length) + " " + (word + " word ").repeat(50) + "*/\n";
                assertThat(Comments.reflow(text).lines().skip(1))
                        .noneMatch(line -> line.startsWith(" * " + word + " "));
            }
        }
    }

    @Test
    void shortInlineTagsDoNotBreak() {
        String code = "{@code a + b}";
        assertThat(Comments.reflow("/** " + "word ".repeat(22) + "w " + code + " " + WORDS + " */\n"))
                .contains("\n * " + code + " word");
    }

    @Test
    void otherBlockCommentsStayWithoutMarks() {
        stays("""
            /*
              free
              form
            */
            int i = /* here */ 1;
            """);
        becomes("/*\n * One\n * two.\n */\n", "/* One two. */\n");
    }

    @Test
    void whatLooksLikeACommentIsNone() {
        stays("""
            String a = "// a\\\\";
            char b = '"';
            String c = \"""
                // one
                // two \\\"""
                /**
                 * three
                 */
                \""";
            char d = '\\'';
            """);
    }

    /** Idempotent, whatever the words, and nothing but white space changes. */
    @Property
    void aSecondRunChangesNothing(@ForAll long seed, @ForAll @IntRange(min = 1, max = 120) int count) {
        String[] kinds = {
            "a",
            "word",
            "longer-word",
            "{@code a b}",
            "{@link Object#equals(Object)",
            "that}",
            "-",
            "1.",
            "2)",
            "@Test",
            "<p>",
            "\n",
            "\n\n",
            "\n- ",
            "\n<li>",
            "\n  ",
            "|",
            "*",
            "  ",
            "{",
            "}",
            "x".repeat(90),
            "\n@return ",
            "\n@param p ",
            "\n<pre>\n",
            "\n</pre>\n"
        };
        Random random = new Random(seed);
        String text = random.ints(count, 0, kinds.length)
                .mapToObj(i -> kinds[i] + (random.nextInt(8) == 0 ? "" : " "))
                .collect(Collectors.joining());
        String javadoc = text.lines().map(line -> " * " + line).collect(Collectors.joining("\n", "/**\n", "\n */\n"));
        String lines = text.lines().map(line -> "// " + line).collect(Collectors.joining("\n", "", "\n"));
        for (String source : new String[] {javadoc, lines}) {
            String once = Comments.reflow(source);
            assertThat(Comments.reflow(once)).isEqualTo(once);
            assertThat(words(once)).isEqualTo(words(source));
        }
    }

    private static String words(String comment) {
        return Arrays.stream(comment.split("\n"))
                .map(line -> line.strip()
                        .replaceFirst("^(?:/\\*\\*|\\*/|\\*(?= |$)|//)", "")
                        .replaceFirst(" \\*/$", ""))
                .collect(Collectors.joining(" "))
                .replaceAll("\\s+", " ")
                .strip();
    }
}
