package io.fdflux.testsuite.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Dependencies and settings that the documents name exist, as a reader would write them. */
class DocumentedNamesTest {

    private static final Pattern XML = Pattern.compile("(?ms)^```xml\n(.*?)^```");

    /** In code of a sentence, and in blocks. A name that goes on with an asterisk or capitals stands for several. */
    private static final Pattern SETTING =
            Pattern.compile("(?<![\\w./@-])(fdflux(?:\\.[a-z][A-Za-z-]*)+)(?![\\w.*/:-])");

    /** What has such a name and is no setting. */
    private static final Set<String> OTHERS = Set.of("fdflux.loop", "fdflux.md");

    @Test
    void dependenciesAreInTheBillOfMaterials() throws Exception {
        String bom = House.read("bom/pom.xml");
        String version = House.read("pom.xml").replaceFirst("(?s).*?<version>(.*?)</version>.*", "$1");
        int samples = 0;
        for (Path document : ShellLines.documents()) {
            for (var block : XML.matcher(House.read(document)).results().toList()) {
                for (Element dependency : elements(parse(block.group(1)).getDocumentElement(), "dependency")) {
                    samples++;
                    if (!text(dependency, "groupId").equals("io.fdflux")) {
                        continue;
                    }
                    String artifact = text(dependency, "artifactId");
                    assertThat(artifact.equals("fdflux-bom")
                                    || bom.contains("<artifactId>" + artifact + "</artifactId>"))
                            .as("%s of %s is published", artifact, document)
                            .isTrue();
                    assertThat(text(dependency, "version"))
                            .as("version of %s in %s", artifact, document)
                            .isIn("", version);
                }
            }
        }
        assertThat(samples).isGreaterThan(5);
    }

    @Test
    void settingsAreReadSomewhere() throws Exception {
        String sources = sources();
        List<String> unknown = new ArrayList<>();
        Set<String> names = new TreeSet<>();
        for (Path document : ShellLines.documents()) {
            SETTING.matcher(House.read(document))
                    .results()
                    .map(name -> name.group(1))
                    .filter(name -> !OTHERS.contains(name))
                    .forEach(name -> {
                        names.add(name);
                        if (!sources.contains('"' + name + '"')) {
                            unknown.add(name + " of " + document);
                        }
                    });
        }
        assertThat(unknown).as("settings that nobody reads").isEmpty();
        assertThat(names).hasSizeGreaterThan(15);
    }

    /**
     * All sources, and what Spring Boot's processor has found in them: names of properties are built of prefixes there.
     */
    private static String sources() throws Exception {
        StringBuilder sources = new StringBuilder();
        try (Stream<Path> folders = Files.list(House.root())) {
            for (Path source : folders.map(folder -> folder.resolve("src"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(source)) {
                    files.filter(file -> file.toString().matches(".*\\.(java|json)"))
                            .forEach(file -> sources.append(House.read(file)));
                }
            }
        }
        for (String metadata : List.of("spring-configuration-metadata", "additional-spring-configuration-metadata")) {
            var found = DocumentedNamesTest.class.getClassLoader().getResources("META-INF/" + metadata + ".json");
            while (found.hasMoreElements()) {
                try (var json = found.nextElement().openStream()) {
                    sources.append(new String(json.readAllBytes()));
                }
            }
        }
        return sources.toString();
    }

    private static Document parse(String fragment) throws Exception {
        String whole = fragment.startsWith("<?xml") || fragment.startsWith("<project")
                ? fragment
                : "<fragment>" + fragment + "</fragment>";
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(whole)));
    }

    private static List<Element> elements(Element parent, String name) {
        NodeList found = parent.getElementsByTagName(name);
        return Stream.iterate(0, i -> i < found.getLength(), i -> i + 1)
                .map(found::item)
                .map(Element.class::cast)
                .toList();
    }

    private static String text(Element parent, String name) {
        return elements(parent, name).stream()
                .map(element -> element.getTextContent().strip())
                .collect(Collectors.joining());
    }
}
