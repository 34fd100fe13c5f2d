package io.fdflux.testsuite.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Modules export what docs/modules.md lists: to everybody what users meet, the rest to those of ours that use it. */
class ExportsTest {

    private static final String DOCUMENT = "docs/modules.md";
    private static final Pattern ROW_OF_TYPES = Pattern.compile(
            "^\\|(.*)\\|(.*)\\| `(io\\.fdflux[a-z.]*)` \\| ((?:`[A-Z]\\w+`(?:, )?)+) \\|$", Pattern.MULTILINE);
    private static final Pattern ROW_OF_TARGETS =
            Pattern.compile("^\\| `(io\\.fdflux[a-z.]*)` \\| ((?:`[a-z.]+`(?:, )?)+) \\|$", Pattern.MULTILINE);
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern PREFIXED = Pattern.compile("Fd[A-Z].*");

    @Test
    void publicTypesOfExportedPackagesAreThoseThatTheDocumentLists() {
        Set<String> exported = exported();
        Map<String, Set<String>> types = new TreeMap<>();
        House.CLASSES.stream()
                .filter(type -> exported.contains(type.getPackageName()))
                .filter(type -> type.isTopLevelClass() && isPublic(type))
                .forEach(type -> types.computeIfAbsent(type.getPackageName(), name -> new TreeSet<>())
                        .add(type.getSimpleName()));
        assertThat(types).isEqualTo(documented(ROW_OF_TYPES, 3));
    }

    @Test
    void documentNamesTheModuleAndTheJarOfEachPackage() {
        Map<String, Set<String>> expected = new TreeMap<>();
        for (House.Module module : House.MODULES) {
            String name = module.descriptor().map(ModuleDescriptor::name).orElse("automatic");
            module.exported().forEach(exported -> expected.put(exported, new TreeSet<>(Set.of(module.folder(), name))));
        }
        Map<String, Set<String>> documented = new TreeMap<>();
        Set<String> last = Set.of();
        for (MatchResult row : rows(ROW_OF_TYPES)) {
            last = row.group(1).isBlank()
                    ? last
                    : codes(row.group(1) + row.group(2).replace(" automatic ", "`automatic`"));
            documented.put(row.group(3), last);
        }
        assertThat(documented).isEqualTo(expected);
    }

    @Test
    void packagesAreExportedToModulesThatTheDocumentLists() {
        Map<String, Set<String>> targets = new TreeMap<>();
        qualified().forEach(export -> targets.put(export.source(), new TreeSet<>(export.targets())));
        assertThat(targets).isEqualTo(documented(ROW_OF_TARGETS, 1));
    }

    @Test
    void packagesAreExportedToModulesThatUseThem() {
        Map<String, Set<String>> users = new TreeMap<>();
        for (House.Module module : House.MODULES) {
            module.descriptor()
                    .ifPresent(descriptor -> module.imports()
                            .forEach(use -> users.computeIfAbsent(use.to(), name -> new TreeSet<>())
                                    .add(descriptor.name())));
        }
        assertThat(qualified())
                .isNotEmpty()
                .allSatisfy(export -> assertThat(users.getOrDefault(export.source(), Set.of()))
                        .as("modules that use %s", export.source())
                        .containsAll(export.targets()));
    }

    @Test
    void nothingIsOpened() {
        assertThat(House.descriptors())
                .isNotEmpty()
                .allSatisfy(
                        module -> assertThat(module.isOpen() || !module.opens().isEmpty())
                                .as("%s opens packages", module.name())
                                .isFalse());
    }

    @Test
    void prefixIsForTypesThatUsersMeet() {
        Set<String> exported = exported();
        assertThat(House.CLASSES.stream()
                        .filter(type -> PREFIXED.matcher(type.getSimpleName()).matches()))
                .isNotEmpty()
                .allSatisfy(type -> assertThat(exported.contains(type.getPackageName()) && isPublic(type))
                        .as("%s is public, and its package exported", type.getName())
                        .isTrue());
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC);
    }

    private static Set<String> exported() {
        return House.MODULES.stream()
                .flatMap(module -> module.exported().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Exports> qualified() {
        return House.descriptors()
                .flatMap(module -> module.exports().stream())
                .filter(Exports::isQualified)
                .toList();
    }

    /** By package, the names in the cell behind it. */
    private static Map<String, Set<String>> documented(Pattern pattern, int packageGroup) {
        Map<String, Set<String>> documented = new TreeMap<>();
        rows(pattern).forEach(row -> documented.put(row.group(packageGroup), codes(row.group(packageGroup + 1))));
        return documented;
    }

    private static List<MatchResult> rows(Pattern pattern) {
        return pattern.matcher(House.read(DOCUMENT)).results().toList();
    }

    private static Set<String> codes(String cell) {
        return CODE.matcher(cell).results().map(code -> code.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }
}
