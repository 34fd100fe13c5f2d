package io.fdflux.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.benchmarks.SampleResults;
import io.fdflux.benchmarks.result.Results;
import io.fdflux.benchmarks.result.Spread;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** The report of a small fixed result. */
class ReportTest {

    @TempDir
    private Path folder;

    private String report;

    @BeforeEach
    void write() throws IOException {
        Report.write(SampleResults.results(), folder);
        report = Files.readString(folder.resolve(Report.NAME));
    }

    @Test
    void numbersHaveTheirSpread() {
        assertThat(report)
                .contains("| operations per second | 2,150 (2,100 – 2,200) | 1,900 | 1,500 (1,000 – 2,000) | – | 3,000"
                        + " |");
    }

    @Test
    void ratiosToEachPeerHaveTheSpreadOfTheirPairs() {
        assertThat(report)
                .contains("| fdflux in ratio to | epoll | nio | haproxy |")
                .contains("| operations per second | 1.63 (1.05 – 2.20) | 1.11 | 0.700 |");
    }

    @Test
    void targetsAreMarked() {
        assertThat(report)
                .contains("| [keep-alive-64](#keep-alive-64) | `throughput/epoll >= 1.04` | 1.63 (1.05 – 2.20) | met |")
                .contains("| [keep-alive-64](#keep-alive-64) | `changesPerEvent <= 1.0` (kqueue) | 2.50 | **missed** |")
                .contains("| [start-up](#start-up) | `startUp-epoll <= 50` | 40.0 | met |")
                .contains("| sse-100 | `throughput/epoll >= 10` | – | not measured |");
    }

    @Test
    void machineAndVersionsAreNamed() {
        assertThat(report)
                .contains("Some Processor, 2 cores")
                .contains("Linux 6.1")
                .contains("Some JDK 25")
                .contains("| HAProxy | 2.6 |")
                .contains("commit abcdef")
                .contains("at most 0.250 processors were busy with other work")
                .contains("`-Xmx512m`");
    }

    @Test
    void whatCouldNotRunSaysWhy() {
        assertThat(report)
                .contains("- io_uring could not run: io_uring_setup: EPERM\n")
                .contains("- nio, JVM 2 failed: it ended early\n")
                .contains("- fdflux, JVM 2: the sender met 3 errors\n")
                .contains("- epoll, JVM 1 had no AOT cache: it has folders of classes\n")
                .contains("nothing counts here");
    }

    @Test
    void whatIsUnknownOfAServerIsNoNumber() {
        assertThat(report)
                .contains("| bytes allocated per operation | 700 (700 – 700) | 700 | 700 (700 – 700) | – | – |")
                .contains("| CPU of the process, ns per operation | 6,000 (6,000 – 6,000) | 6,000 | 6,000 (6,000 –"
                        + " 6,000) | – | 1,000 |");
    }

    @Test
    void callsAreListedByName() {
        assertThat(report).contains("| fdflux | recvfrom 1.00, sendto 1.00, epoll_wait 0.200 |");
    }

    @Test
    void everyLinkLeadsToAFileOrAHeading() throws IOException {
        Files.createFile(folder.resolve("README.md"));
        List<String> targets = Pattern.compile("\\]\\(([^)]+)\\)")
                .matcher(report)
                .results()
                .map(link -> link.group(1))
                .toList();
        assertThat(targets).isNotEmpty().allSatisfy(target -> {
            if (target.startsWith("#")) {
                assertThat(report).contains("### " + target.substring(1) + "\n");
            } else {
                assertThat(folder.resolve(target)).exists();
            }
        });
    }

    @Test
    void plotsAreWellFormedAndHaveADotPerTransport() throws Exception {
        Document plot = parsed(Files.readString(folder.resolve("throughput.svg")));
        // keep-alive-64: fdflux, nio, epoll, haproxy; two idle scenarios: fdflux, epoll. Six more are the legend's.
        assertThat(plot.getElementsByTagName("circle").getLength()).isEqualTo(4 + 2 + 2 + 6);
        assertThat(plot.getDocumentElement().getTextContent())
                .contains("keep-alive-64", "fdflux: 1.63 (1.05 – 2.20)")
                .doesNotContain("start-up");
    }

    @Test
    void aPlotWithoutDataIsNotLeftFromBefore() throws IOException {
        assertThat(folder.resolve("throughput.svg")).exists();
        Report.write(Results.none(), folder);
        assertThat(folder.resolve("throughput.svg")).doesNotExist();
        assertThat(Files.readString(folder.resolve(Report.NAME))).doesNotContain(".svg");
    }

    @Test
    void aLargerNumberIsFurtherRight() throws Exception {
        DotPlot plot = new DotPlot(
                "a < b",
                List.of("x"),
                List.of(
                        new DotPlot.Row("small", Map.of("x", new Spread(0.5, 1, 2, 3))),
                        new DotPlot.Row("large", Map.of("x", new Spread(5, 10, 20, 3)))));
        Document svg = parsed(plot.svg());
        double small = x(svg, 1);
        double large = x(svg, 2);
        assertThat(large).isGreaterThan(small);
        assertThat(svg.getDocumentElement().getTextContent()).contains("a < b", "small", "large");
    }

    private static double x(Document svg, int circle) {
        return Double.parseDouble(svg.getElementsByTagName("circle")
                .item(circle)
                .getAttributes()
                .getNamedItem("cx")
                .getNodeValue());
    }

    private static Document parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }
}
