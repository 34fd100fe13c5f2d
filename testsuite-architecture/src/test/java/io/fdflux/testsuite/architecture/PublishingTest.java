package io.fdflux.testsuite.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.ModuleDescriptor;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** What is published is whole: the bill of materials, the poms, the names of modules, the packages of the API check. */
class PublishingTest {

    private static final String ROOT = "";

    @Test
    void billOfMaterialsHasEveryPublishedModule() throws Exception {
        assertThat(texts("bom", "/project/dependencyManagement//artifactId"))
                .containsExactlyInAnyOrderElementsOf(published().stream()
                        .filter(folder -> !folder.equals("bom"))
                        .map(folder -> "fdflux-" + folder)
                        .toList());
        assertThat(texts("bom", "/project/dependencyManagement//dependency/version"))
                .containsOnly("${project.version}");
    }

    @Test
    void everyModuleThatUsersGetIsPublishedAndNoTestIs() throws Exception {
        Set<String> expected = new TreeSet<>(House.built());
        expected.add("bom");
        assertThat(published()).isEqualTo(expected);
    }

    @Test
    void pomsHaveWhatARepositoryWants() throws Exception {
        for (String folder : published()) {
            assertThat(texts(folder, "/project/name")).as("name of %s", folder).hasSize(1);
            assertThat(texts(folder, "/project/description"))
                    .as("description of %s", folder)
                    .hasSize(1);
        }
        for (String shared : List.of("licenses/license/name", "developers/developer/name", "inceptionYear", "url")) {
            assertThat(texts("bom", "/project/" + shared))
                    .as("%s of the bill of materials, which has no parent", shared)
                    .isEqualTo(texts(ROOT, "/project/" + shared));
        }
    }

    @Test
    void billOfMaterialsHasTheVersionOfTheModules() throws Exception {
        List<String> version = texts(ROOT, "/project/version");
        assertThat(texts("bom", "/project/version")).isEqualTo(version);
    }

    @Test
    void nameOfAModuleIsThatOfItsDescriptor() throws Exception {
        assertThat(House.MODULES).isNotEmpty();
        for (House.Module module : House.MODULES) {
            List<String> name = texts(module.folder(), "/project/properties/module.name");
            assertThat(name)
                    .as("module.name of %s", module.folder())
                    .hasSize(1)
                    .allMatch(n -> n.startsWith(House.ROOT));
            module.descriptor()
                    .map(ModuleDescriptor::name)
                    .ifPresent(descriptor -> assertThat(name).containsExactly(descriptor));
        }
    }

    @Test
    void apiCheckComparesThePackagesThatEverybodyMayImport() throws Exception {
        assertThat(texts(ROOT, "//plugin[artifactId='japicmp-maven-plugin']//include"))
                .containsExactlyElementsOf(House.MODULES.stream()
                        .flatMap(module -> module.exported().stream())
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    /** The folders of the modules that are deployed. */
    private static Set<String> published() throws Exception {
        Set<String> published = new TreeSet<>();
        for (String folder : texts(ROOT, "/project/modules/module")) {
            if (!texts(folder, "/project/properties/maven.deploy.skip").contains("true")) {
                published.add(folder);
            }
        }
        return published;
    }

    private static List<String> texts(String folder, String path) throws Exception {
        Document pom = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(House.root().resolve(folder).resolve("pom.xml").toFile());
        NodeList found = (NodeList) XPathFactory.newInstance().newXPath().evaluate(path, pom, XPathConstants.NODESET);
        return Stream.iterate(0, i -> i < found.getLength(), i -> i + 1)
                .map(i -> found.item(i).getTextContent().strip())
                .toList();
    }
}
