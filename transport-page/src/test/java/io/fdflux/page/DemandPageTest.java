package io.fdflux.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a web server gets to serve. */
class DemandPageTest {

    @RegisterExtension
    final Connections connections = new Connections();

    private final DemandPage page = new DemandPage(connections.loops());
    private final Map<String, PageFile> files =
            page.files().stream().collect(Collectors.toMap(PageFile::name, Function.identity()));

    private static List<String> found(String pattern, PageFile file) {
        return Pattern.compile(pattern)
                .matcher(file.text())
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    @Test
    void everyFileThatThePageRefersToIsServedAndNoOther() {
        assertThat(files.keySet()).containsExactlyInAnyOrder("", "page.css", "page.js", "draw.js", "icon.svg");
        assertThat(found("(?:src|href)=\"([^#\"]+)\"", files.get("")))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(files).containsKey(name));
        assertThat(found("from '\\./([^']+)'", files.get("page.js")))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(files).containsKey(name));
    }

    @Test
    void nothingInlineIsLeftForThePolicyToRefuse() {
        assertThat(files.get("").text()).doesNotContain(" style=", "<style", " onclick", " onload", "<script>");
        assertThat(files.get("page.js").text() + files.get("draw.js").text())
                .as("markup that is made of what the network brought")
                .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write");
        assertThat(DemandPage.HEADERS.get("Content-Security-Policy"))
                .contains("default-src 'none'")
                .doesNotContain("unsafe");
    }

    @Test
    void aSampleIsJsonWithTheNamesThatThePageReads() {
        connections.connect(0);
        connections.accepted();
        JsonNode sample = JsonMapper.shared().readTree(page.samples(null).blockFirst(Duration.ofSeconds(60)));
        assertThat(sample.get("loops").get(0).get("counters").get("readEagains").isNumber())
                .isTrue();
        for (String name : found("(?:sample|before)\\.([a-z]\\w+)\\b(?!\\()", files.get("page.js"))) {
            if (!List.of("seconds", "before").contains(name)) {
                assertThat(sample.has(name)).as(name).isTrue();
            }
        }
        assertThat(found("(?:row)\\.([a-z]\\w+)\\b(?!\\()", files.get("page.js")))
                .isNotEmpty()
                .filteredOn(
                        name -> !List.of("sample", "inRate", "outRate", "loopName", "readRate", "eagainRate", "armRate")
                                .contains(name))
                .allSatisfy(name -> assertThat(sample.get("connections").get(0).has(name)
                                || sample.get("loops").get(0).has(name))
                        .as(name)
                        .isTrue());
    }
}
