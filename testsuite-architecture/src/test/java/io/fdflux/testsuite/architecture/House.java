package io.fdflux.testsuite.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The modules that users get, as the class path of this test has them: folders of classes, or jars. */
final class House {

    /** What all packages begin with. */
    static final String ROOT = "io.fdflux";

    private static final Pattern OURS =
            Pattern.compile(".*[/\\\\](?:fdflux-)?(transport-[a-z-]*[a-z])(?:[/\\\\]target[/\\\\]classes|-\\d[^/\\\\]*\\.jar)");

    private static final Pattern MODULE_OF_POM = Pattern.compile("<module>(transport-[^<]*)</module>");

    private static final Pattern PACKAGE = Pattern.compile("^package ([a-z0-9.]+);", Pattern.MULTILINE);
    private static final Pattern IMPORT =
            Pattern.compile("^import (?:static )?([a-z0-9_.]+)\\.[A-Z]", Pattern.MULTILINE);

    /** Main classes of all modules. */
    static final JavaClasses CLASSES = new ClassFileImporter()
            .importPaths(modules().stream().map(Module::classes).toList());

    /**
     * A module of the build.
     *
     * @param folder  in which its sources are
     * @param classes a folder or a jar
     */
    record Module(String folder, Path classes) {

        /** Nothing, if the module has no module-info. */
        Optional<ModuleDescriptor> descriptor() {
            return ModuleFinder.of(classes).findAll().stream()
                    .map(ModuleReference::descriptor)
                    .filter(Predicate.not(ModuleDescriptor::isAutomatic))
                    .findFirst();
        }

        Set<String> packages() {
            return new TreeSet<>(new ClassFileImporter()
                    .importPath(classes).stream()
                            .map(type -> type.getPackageName())
                            .filter(name -> !name.isEmpty())
                            .toList());
        }

        /** Those that everybody may import. */
        Set<String> exported() {
            return descriptor().map(House::exportedToAll).orElseGet(this::packages);
        }
    }

    private House() {}

    static List<Module> modules() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(OURS::matcher)
                .filter(Matcher::matches)
                .map(path -> new Module(path.group(1), Path.of(path.group())))
                .toList();
    }

    static List<ModuleDescriptor> descriptors() {
        return modules().stream()
                .map(Module::descriptor)
                .flatMap(Optional::stream)
                .toList();
    }

    /** The modules that the parent's pom lists. */
    static Set<String> built() {
        return MODULE_OF_POM
                .matcher(read("pom.xml"))
                .results()
                .map(module -> module.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The packages that a package's sources import classes of. */
    static List<Import> sourceImports() {
        return modules().stream()
                .flatMap(module -> sources(root().resolve(module.folder()).resolve("src/main/java")).stream())
                .flatMap(House::imports)
                .toList();
    }

    /** From a package to another. */
    record Import(String from, String to) {}

    private static List<Path> sources(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java") && !file.endsWith("module-info.java"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Import> imports(Path source) {
        String text = read(source);
        Matcher from = PACKAGE.matcher(text);
        if (!from.find()) {
            throw new IllegalStateException(source + " names no package");
        }
        return IMPORT.matcher(text).results().map(to -> new Import(from.group(1), to.group(1)));
    }

    private static Set<String> exportedToAll(ModuleDescriptor module) {
        return module.exports().stream()
                .filter(Predicate.not(ModuleDescriptor.Exports::isQualified))
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The root of the work tree, above this module. */
    static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("bom")) ? here : here.getParent();
    }

    static String read(String file) {
        return read(root().resolve(file));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
