package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Checks that every link between documents leads to a file, and to an existing heading. */
@DisabledIfSystemProperty(named = "fdflux.poller", matches = "kqueue", disabledReason = "once is enough")
class DocumentLinksTest {

    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#\\s]*)(?:#([^)\\s]+))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.*)$");
    private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```");

    private static final Path ROOT = Path.of("..");

    /** The benchmark's report includes these, so their links are relative to it. */
    private static final Path FINDINGS = ROOT.resolve(Path.of("docs", "benchmarks", "findings"));

    private static final Path REPORT = FINDINGS.resolveSibling("report.md");

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>();
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            Stream.concat(top, docs)
                    .filter(path -> path.toString().endsWith(".md"))
                    .forEach(documents::add);
        }
        return documents;
    }

    private static String text(Path document) throws IOException {
        return CODE.matcher(Files.readString(document)).replaceAll("");
    }

    /** The anchors that GitHub generates for headings. */
    private static Set<String> anchors(Path document) throws IOException {
        Set<String> anchors = new HashSet<>();
        HEADING.matcher(text(document))
                .results()
                .map(heading -> heading.group(1)
                        .strip()
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .forEach(anchors::add);
        return anchors;
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path document : documents()) {
            for (var link : LINK.matcher(text(document)).results().toList()) {
                links++;
                Path source = document.startsWith(FINDINGS) ? REPORT : document;
                Path target = link.group(1).isEmpty() ? source : source.resolveSibling(link.group(1));
                String anchor = link.group(2);
                boolean found = Files.exists(target)
                        && (anchor == null || anchors(target).contains(anchor));
                if (!found) {
                    broken.add(document + ": " + link.group());
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(links).isGreaterThan(50);
    }
}
