package io.fdflux.testsuite.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.URI;
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

    static final List<Module> MODULES = modules();

    /** Main classes of all modules. */
    static final JavaClasses CLASSES = new ClassFileImporter()
            .importLocations(MODULES.stream().map(Module::location).toList());

    /**
     * A module of the build.
     *
     * @param folder     with its sources
     * @param classes    a folder or a jar
     * @param descriptor nothing, if the module has no module-info
     */
    record Module(String folder, Path classes, Optional<ModuleDescriptor> descriptor) {

        private Location location() {
            return Files.isDirectory(classes)
                    ? Location.of(classes)
                    : Location.of(URI.create("jar:" + classes.toUri() + "!/"));
        }

        Stream<JavaClass> types() {
            String place = classes.toUri().getPath();
            return CLASSES.stream()
                    .filter(type -> !type.getPackageName().isEmpty())
                    .filter(type ->
                            type.getSource().orElseThrow().getUri().toString().contains(place));
        }

        Set<String> packages() {
            return types().map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new));
        }

        /** Packages that everybody may import. */
        Set<String> exported() {
            return descriptor().map(House::exportedToAll).orElseGet(this::packages);
        }

        /** Imports of the sources, and of the classes, which have those that need no import. */
        Stream<Import> imports() {
            Stream<Import> ofSources = sources(root().resolve(folder).resolve("src/main/java")).stream()
                    .flatMap(House::importsOf);
            return Stream.concat(types().flatMap(House::importsOf), ofSources)
                    .filter(use -> !use.from().equals(use.to()));
        }
    }

    /**
     * From a package to another.
     *
     * @param where for messages
     */
    record Import(String from, String to, String where) {}

    private House() {}

    private static List<Module> modules() {
        Pattern ours = Pattern.compile(
                ".*[/\\\\](?:fdflux-)?(transport-[a-z-]*[a-z])(?:[/\\\\]target[/\\\\]classes|-\\d[^/\\\\]*\\.jar)");
        return classPath()
                .map(ours::matcher)
                .filter(Matcher::matches)
                .map(path -> new Module(path.group(1), Path.of(path.group()), descriptor(Path.of(path.group()))))
                .toList();
    }

    static Stream<String> classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator));
    }

    private static Optional<ModuleDescriptor> descriptor(Path classes) {
        return ModuleFinder.of(classes).findAll().stream()
                .map(ModuleReference::descriptor)
                .filter(Predicate.not(ModuleDescriptor::isAutomatic))
                .findFirst();
    }

    static Stream<ModuleDescriptor> descriptors() {
        return MODULES.stream().map(Module::descriptor).flatMap(Optional::stream);
    }

    /** The folders of modules that the parent's pom lists. */
    static Set<String> built() {
        return Pattern.compile("<module>(transport-[^<]*)</module>")
                .matcher(read("pom.xml"))
                .results()
                .map(module -> module.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> exportedToAll(ModuleDescriptor module) {
        return module.exports().stream()
                .filter(Predicate.not(ModuleDescriptor.Exports::isQualified))
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<Import> importsOf(JavaClass type) {
        return type.getDirectDependenciesFromSelf().stream()
                .map(use -> new Import(
                        type.getPackageName(),
                        use.getTargetClass().getBaseComponentType().getPackageName(),
                        use.getDescription()));
    }

    private static Stream<Import> importsOf(Path source) {
        String text = read(source);
        Matcher from =
                Pattern.compile("^package ([a-z0-9.]+);", Pattern.MULTILINE).matcher(text);
        if (!from.find()) {
            throw new IllegalStateException(source + " names no package");
        }
        return Pattern.compile("^import (?:static )?([a-z0-9_.]+)\\.[A-Z].*", Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map(to -> new Import(from.group(1), to.group(1), root().relativize(source) + ": " + to.group()));
    }

    private static List<Path> sources(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java") && !file.endsWith("module-info.java"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The root of the work tree: the working directory, or the folder above this module. */
    static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("bom")) ? here : here.getParent();
    }

    /** The text of a file below the root. */
    static String read(String file) {
        return read(root().resolve(file));
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
