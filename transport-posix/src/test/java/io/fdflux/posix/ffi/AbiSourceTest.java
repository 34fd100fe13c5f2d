package io.fdflux.posix.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.platform.Platform.Os;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests the generator of sources for {@code scripts/check-abi}, which itself checks the tables. */
class AbiSourceTest {

    static Stream<AbiTarget> targets() {
        return AbiTarget.all().stream();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void everyStructAndFunctionOfTheCodeHasARowInAbiHeaders(AbiTarget target) throws Exception {
        AbiTables tables = AbiTables.of(target.platform());
        assertThat(tables.structs()).extracting(CStruct::name).allMatch(AbiHeaders::knows);
        assertThat(tables.functions()).extracting(AbiTables.Function::name).allMatch(AbiHeaders::knows);
        assertThat(AbiSource.of(target, tables).text()).doesNotContain("no row");
    }

    @ParameterizedTest
    @MethodSource("targets")
    void everyConstantIsComparedWithItsValue(AbiTarget target) throws Exception {
        AbiTables tables = AbiTables.of(target.platform());
        AbiSource source = AbiSource.of(target, tables);
        tables.constants().forEach((name, value) -> {
            if (value.isPresent() && AbiHeaders.macro(target, name).isPresent()) {
                assertThat(source.asserted()).contains("constant " + name);
                assertThat(source.text())
                        .contains("(unsigned)(" + AbiHeaders.macro(target, name).get() + ") == "
                                + Integer.toUnsignedString(value.get()) + "u,");
            }
        });
        assertThat(source.constants()).isGreaterThan(80);
    }

    @ParameterizedTest
    @CsvSource({"MACOS, 32", "FREEBSD, 64", "NETBSD, 40", "OPENBSD, 32", "DRAGONFLY, 32"})
    void tablesAreThoseOfThePlatformAskedFor(Os os, long keventBytes) throws Exception {
        AbiTables tables = AbiTables.of(new Platform(os, "x86_64"));
        assertThat(tables.structs())
                .filteredOn(s -> s.name().equals("struct kevent"))
                .extracting(CStruct::bytes)
                .containsExactly(keventBytes);
        assertThat(tables.constants().get("AF_INET6"))
                .contains(Constants.column(os).get("AF_INET6"));
        assertThat(tables.constants().get("EPOLLIN")).isEmpty();
    }

    @Test
    void signaturesAreThoseThatGetLinked() throws Exception {
        AbiTables tables = AbiTables.of(new Platform(Os.NETBSD, "aarch64"));
        assertThat(tables.functions())
                .contains(
                        new AbiTables.Function("recv", List.of("recv"), 'J', "IJJI", -1),
                        new AbiTables.Function("fcntl", List.of("fcntl"), 'I', "III", 2),
                        new AbiTables.Function("cfmakeraw", List.of("cfmakeraw"), 'V', "A", -1),
                        new AbiTables.Function("socket", List.of("__socket30"), 'I', "III", -1),
                        new AbiTables.Function("kevent", List.of("__kevent100", "__kevent50"), 'I', "IAJAJA", -1));
    }

    @ParameterizedTest
    @EnumSource
    void nothingStaysRightInFalsifiedTables(Os os) throws Exception {
        AbiTables right = AbiTables.of(new Platform(os, "x86_64"));
        AbiTables wrong = right.falsified();
        right.constants()
                .forEach((name, value) ->
                        value.ifPresent(v -> assertThat(wrong.constants().get(name))
                                .as(name)
                                .isPresent()
                                .isNotEqualTo(value)));
        assertThat(wrong.structs()).hasSameSizeAs(right.structs()).doesNotContainAnyElementsOf(right.structs());
        assertThat(wrong.functions()).hasSameSizeAs(right.functions()).doesNotContainAnyElementsOf(right.functions());
    }

    @Test
    void readsTheSymbolsThatCBindsFromAssembly() {
        AbiTarget mac = AbiTarget.all().stream()
                .filter(t -> t.triple().equals("aarch64-macos"))
                .findFirst()
                .orElseThrow();
        assertThat(AbiCompiler.bound(
                        mac,
                        List.of("_other:", "\t.quad\t_no", "_abi_symbols:", "\t.quad\t_recv", "\t.quad\t_send", "")))
                .containsExactly("recv", "send");
    }

    @Test
    void theReadmeNamesTheCheckedSystems() {
        List<AbiResult> results = targets()
                .map(t -> new AbiResult(t, 1, 1, 1, 1, List.of(), List.of(), List.of(), List.of()))
                .toList();
        assertThat(AbiCoverage.cell("netbsd", results)).startsWith("10.1 on x86-64, aarch64; not 11");
        assertThat(AbiCoverage.cell("linux", results))
                .contains("musl")
                .contains("riscv64")
                .doesNotContain("s390x");
        assertThat(AbiCoverage.cell("dragonfly", results)).startsWith("not checked");
    }
}
