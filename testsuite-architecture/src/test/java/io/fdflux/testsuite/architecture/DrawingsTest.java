package io.fdflux.testsuite.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaCodeUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The drawings of docs/how-it-works.md agree with the poms and with the code. DrawnReadTest plays the one of a read.
 */
class DrawingsTest {

    private static final Pattern DRAWING = Pattern.compile("(?ms)^```mermaid\n(.*?)^```");
    private static final Pattern CODE = Pattern.compile("\\b([A-Z]\\w+)\\.([a-z]\\w+)\\b");

    private static final Map<String, String> DRAWINGS = drawings();

    /** By their titles. */
    private static Map<String, String> drawings() {
        return DRAWING.matcher(House.read("docs/how-it-works.md"))
                .results()
                .map(drawing -> drawing.group(1))
                .collect(Collectors.toMap(drawing -> after(drawing, "accTitle: "), drawing -> drawing));
    }

    private static String after(String drawing, String key) {
        return drawing.lines()
                .map(String::strip)
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()))
                .collect(Collectors.joining());
    }

    @Test
    void eachHasATitleAndSaysInWordsWhatItShows() {
        assertThat(DRAWINGS).hasSize(5).doesNotContainKey("");
        assertThat(DRAWINGS.values())
                .allSatisfy(drawing -> assertThat(after(drawing, "accDescr: ")).hasSizeGreaterThan(60));
    }

    @Test
    void modulesAreThoseOfThePoms() {
        Map<String, Set<String>> needed = new TreeMap<>();
        House.built().forEach(folder -> needed.put(name(folder), needs(folder)));
        List<String> arrows = new ArrayList<>();
        needed.forEach((module, needs) -> needs.stream()
                .filter(need ->
                        needs.stream().noneMatch(other -> reached(needed, other).contains(need)))
                .forEach(need -> arrows.add(module + " --> " + need)));
        assertThat(DRAWINGS.get("Modules").lines().map(String::strip).filter(line -> line.contains("-->")))
                .containsExactlyElementsOf(arrows);
    }

    @Test
    void theTableOfModulesHasAllOfThem() {
        assertThat(House.built())
                .allSatisfy(folder -> assertThat(House.read("docs/how-it-works.md"))
                        .containsPattern("(?m)^\\|[^|]*`" + folder + "`"));
    }

    private static String name(String folder) {
        return folder.replace("transport-", "");
    }

    /** Of its main classes, at run time too. */
    private static Set<String> needs(String folder) {
        return Pattern.compile("(?s)<dependency>.*?</dependency>")
                .matcher(House.read(folder + "/pom.xml"))
                .results()
                .map(dependency -> dependency.group())
                .filter(dependency -> !dependency.contains("<scope>test</scope>"))
                .flatMap(dependency -> Pattern.compile("<artifactId>fdflux-(transport-[a-z-]+)")
                        .matcher(dependency)
                        .results())
                .map(artifact -> name(artifact.group(1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> reached(Map<String, Set<String>> needed, String module) {
        Set<String> reached = new TreeSet<>();
        needed.get(module).forEach(need -> {
            reached.add(need);
            reached.addAll(reached(needed, need));
        });
        return reached;
    }

    @Test
    void methodsThatTheyNameExist() {
        List<String> unknown = new ArrayList<>();
        DRAWINGS.values()
                .forEach(drawing -> CODE.matcher(drawing)
                        .results()
                        .filter(name -> codeUnits(name.group(1), name.group(2)).isEmpty())
                        .forEach(name -> unknown.add(name.group())));
        assertThat(unknown).isEmpty();
    }

    /** By the source, because a class file does not say which call of a line comes first. */
    @Test
    void theIterationMakesItsCallsInTheDrawnOrder() {
        List<String> drawn = CODE.matcher(DRAWINGS.get("One iteration of a loop"))
                .results()
                .map(name -> name.group(2))
                .toList();
        String engine = House.read("transport-engine/src/main/java/io/fdflux/engine/Engine.java");
        String iterate = engine.replaceFirst("(?s).*?public int iterate\\((.*?)\n    }.*", "$1");
        List<String> made = new ArrayList<>();
        Pattern.compile("(?<!updates\\.)\\b(" + String.join("|", drawn) + ")\\(")
                .matcher(iterate)
                .results()
                .map(call -> call.group(1))
                .filter(call -> made.isEmpty() || !made.getLast().equals(call)) // two passes in a row are one box
                .forEach(made::add);
        assertThat(drawn).isEqualTo(made).hasSize(5);
    }

    private static List<JavaCodeUnit> codeUnits(String type, String name) {
        return House.CLASSES.stream()
                .filter(found -> found.getSimpleName().equals(type))
                .flatMap(found -> found.getCodeUnits().stream())
                .filter(unit -> unit.getName().equals(name))
                .toList();
    }
}
