package io.fdflux.testsuite.architecture;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Imports run downwards only, packages have no circles, and each uses only the libraries that its subject needs. */
class ImportsTest {

    /** From the ground up: a row may name only rows above it. {@code fdflux} is the package io.fdflux itself. */
    private static final Map<String, Set<String>> OURS = Table.of("""
        spi            |
        posix.platform |
        posix.ffi      | posix.platform
        posix          | posix.platform posix.ffi
        posix.process  | posix.platform posix.ffi posix
        posix.io       | posix.platform posix.ffi posix
        posix.socket   | posix.platform posix.ffi posix posix.io
        posix.poll     | posix.platform posix.ffi posix

        epoll          | posix.platform posix posix.io posix.poll spi
        kqueue         | posix.platform posix posix.io posix.poll spi

        engine.jfr     | posix
        engine         | posix posix.io spi engine.jfr
        engine.stream  | posix posix.io posix.socket engine

        blockhound     | posix
        leak           | posix
        loop           | spi posix posix.ffi posix.socket engine engine.stream
        poller         | spi posix posix.io
        diagnosis      | spi posix.platform posix.ffi poller
        process        | spi posix posix.process engine loop
        source         | spi posix engine loop
        descriptor     | spi posix.platform posix posix.io posix.socket engine engine.stream loop process
        file           | spi posix posix.ffi posix.io engine engine.stream loop descriptor
        fdflux         | spi posix posix.process posix.poll engine loop poller process source descriptor file

        netty.file     | posix posix.io engine.stream
        netty.channel  | posix.platform posix posix.io posix.socket engine engine.stream loop netty.file
        netty.inet     | posix.platform posix posix.socket netty.channel
        netty.option   | posix.platform posix posix.socket netty.channel netty.inet
        netty.unix     | posix posix.io posix.socket engine engine.stream netty.channel
        netty.datagram | posix posix.socket engine engine.stream netty.channel netty.inet netty.option
        netty          | posix.platform posix posix.io posix.socket engine engine.stream
                       | netty.file netty.channel netty.inet netty.option netty.unix netty.datagram

        reactor.netty  | fdflux poller netty
        micrometer     | fdflux
        vertx          | spi fdflux poller netty
        lettuce        | fdflux poller netty
        page           | posix fdflux netty
        spring         | fdflux poller netty reactor.netty lettuce
        spring.observe | fdflux diagnosis micrometer spring
        spring.page    | fdflux page spring

        test           | spi posix posix.process posix.io posix.socket engine.stream process descriptor fdflux
        """);

    /** Packages of others, with those below, and who uses them. {@code java} is everybody's. */
    private static final Map<String, Set<String>> OTHERS = Table.of("""
        io.netty.util              | engine engine.stream leak loop poller diagnosis process source descriptor file fdflux
                                   | netty.file netty.channel netty.option netty.unix netty.datagram netty
                                   | reactor.netty vertx lettuce page spring test
        io.netty.buffer            | engine.stream loop process descriptor file fdflux
                                   | netty.file netty.channel netty.option netty.datagram netty
                                   | test
        io.netty.channel           | loop process source descriptor file fdflux
                                   | netty.file netty.channel netty.inet netty.option netty.unix netty.datagram netty
                                   | reactor.netty vertx lettuce page spring.page test
        org.reactivestreams        | loop process descriptor file fdflux
        reactor.core               | loop diagnosis process source descriptor file fdflux reactor.netty lettuce page
                                   | spring spring.page test
        reactor.test               | test
        reactor.util               | process source descriptor file spring.page
        reactor.netty              | reactor.netty spring spring.page
        jdk.jfr                    | engine.jfr
        reactor.blockhound         | blockhound
        io.micrometer              | micrometer spring.observe
        org.springframework        | spring spring.observe spring.page
        org.apache.commons.logging | spring spring.observe spring.page
        io.netty.bootstrap         | vertx lettuce
        io.netty.resolver          | lettuce
        io.lettuce.core            | lettuce spring
        com.mongodb                | spring
        io.r2dbc.spi               | spring
        io.vertx.core              | vertx
        tools.jackson              | page
        org.junit.jupiter.api      | test
        """);

    /** From a package of ours to another package, with an example for the message. */
    private static final Map<String, Map<String, String>> FOUND = found();

    @Test
    void thereIsEveryModuleOfTheBuild() {
        assertThat(House.MODULES).extracting(House.Module::folder).containsExactlyInAnyOrderElementsOf(House.built());
    }

    @Test
    void everyPackageHasARow() {
        assertThat(OURS.keySet()).containsExactlyInAnyOrderElementsOf(FOUND.keySet());
    }

    @Test
    void rowsNameOnlyRowsAboveThem() {
        List<String> above = new ArrayList<>();
        OURS.forEach((row, uses) -> {
            assertThat(above).as("rows above %s", row).containsAll(uses);
            above.add(row);
        });
    }

    @Test
    void packagesUseOnlyThoseOfOursThatTheirRowsName() {
        List<String> forbidden = new ArrayList<>();
        FOUND.forEach((row, uses) -> uses.forEach((used, example) -> {
            if (isOurs(used) && !OURS.getOrDefault(row, Set.of()).contains(shortName(used))) {
                forbidden.add(example);
            }
        }));
        assertThat(forbidden).as("imports that the table does not allow").isEmpty();
    }

    @Test
    void packagesUseOnlyTheLibrariesThatNameThem() {
        List<String> forbidden = new ArrayList<>();
        FOUND.forEach((row, uses) -> uses.forEach((used, example) -> {
            if (!isOurs(used) && OTHERS.keySet().stream().noneMatch(library -> allows(library, row, used))) {
                forbidden.add(example);
            }
        }));
        assertThat(forbidden).as("imports that the table does not allow").isEmpty();
    }

    @Test
    void tablesAllowNothingInVain() {
        List<String> unused = new ArrayList<>();
        OURS.forEach((row, uses) -> uses.stream()
                .filter(use -> !FOUND.getOrDefault(row, Map.of()).containsKey(fullName(use)))
                .forEach(use -> unused.add(row + " -> " + use)));
        OTHERS.forEach((library, rows) -> rows.stream()
                .filter(row -> FOUND.getOrDefault(row, Map.of()).keySet().stream()
                        .noneMatch(used -> allows(library, row, used)))
                .forEach(row -> unused.add(row + " -> " + library)));
        assertThat(unused).as("what a table allows and nobody uses").isEmpty();
    }

    @Test
    void packagesHaveNoCircles() {
        slices().assignedFrom(new OnePerPackage()).should().beFreeOfCycles().check(House.CLASSES);
    }

    /** With the package's name alone: packages below it are slices of their own. */
    private static final class OnePerPackage implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return isOurs(type.getPackageName()) ? SliceIdentifier.of(type.getPackageName()) : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "packages of fdflux";
        }
    }

    private static boolean allows(String library, String row, String used) {
        return OTHERS.get(library).contains(row) && (used.equals(library) || used.startsWith(library + "."));
    }

    private static boolean isOurs(String packageName) {
        return packageName.equals(House.ROOT) || packageName.startsWith(House.ROOT + ".");
    }

    private static String shortName(String packageName) {
        return packageName.equals(House.ROOT) ? "fdflux" : packageName.substring(House.ROOT.length() + 1);
    }

    private static String fullName(String row) {
        return row.equals("fdflux") ? House.ROOT : House.ROOT + "." + row;
    }

    /** By the classes; by the sources as well, since constants that javac has copied leave no trace in a class. */
    private static Map<String, Map<String, String>> found() {
        Map<String, Map<String, String>> found = new TreeMap<>();
        for (House.Module module : House.MODULES) {
            module.packages().forEach(name -> found.put(shortName(name), new TreeMap<>()));
            module.imports()
                    .filter(use -> !isEverybodys(use.to()))
                    .forEach(use -> found.get(shortName(use.from())).putIfAbsent(use.to(), use.where()));
        }
        return found;
    }

    private static boolean isEverybodys(String packageName) {
        return packageName.isEmpty() || packageName.startsWith("java.");
    }
}
