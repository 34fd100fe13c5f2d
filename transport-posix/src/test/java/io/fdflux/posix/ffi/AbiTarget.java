package io.fdflux.posix.ffi;

import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.platform.Platform.Os;
import java.util.List;
import java.util.stream.Stream;

/**
 * A system for which the check cross-compiles.
 *
 * @param triple  the compiler's name
 * @param arch    the name in {@link Platform}
 * @param libc    of Linux: {@code gnu} or {@code musl}; empty elsewhere
 * @param version of the system or C library with the symbols
 * @param headers the version of the headers, which may differ
 * @param refused whether {@link Platform} refuses it, so that differences are reported but are no failure
 */
record AbiTarget(String triple, Os os, String arch, String libc, String version, String headers, boolean refused) {

    private static final String GLIBC = "2.43"; // like all these, the version of the compiler package's headers
    private static final String MUSL = "1.2.5";
    private static final String FREEBSD = "15.0";
    private static final String NETBSD = "10.1";
    private static final String OPENBSD = "7.8";
    private static final String MACOS = "26.4";

    /** A system that is not checked, the reason, and the key of its cell in the README. */
    record Unchecked(String key, String what, String reason) {}

    static final List<Unchecked> UNCHECKED = List.of(
            new Unchecked("freebsd", "12, 13", "no headers here"),
            new Unchecked("netbsd", "11", "no headers here"),
            new Unchecked("dragonfly", "checked", "no headers here"),
            new Unchecked("libkqueue", "checked", "it serves the tests only"));

    /** The systems with headers and libraries in the compiler package on which a JVM may run. */
    static List<AbiTarget> all() {
        return Stream.of(
                        bsd("macos", "", Os.MACOS, MACOS, "x86_64", "aarch64"),
                        bsd("freebsd", "14.0", Os.FREEBSD, FREEBSD, "x86_64", "aarch64"),
                        bsd("freebsd", "15.0", Os.FREEBSD, FREEBSD, "x86_64", "aarch64", "riscv64"),
                        bsd("netbsd", "10.1", Os.NETBSD, NETBSD, "x86_64", "aarch64"),
                        bsd("openbsd", "7.8", Os.OPENBSD, OPENBSD, "x86_64", "aarch64", "riscv64"),
                        linux("gnu", "2.35", GLIBC, false, "x86_64", "aarch64", "riscv64"),
                        linux("musl", "", MUSL, false, "x86_64", "aarch64", "riscv64"),
                        linux("gnu", "2.35", GLIBC, true, "powerpc64le", "s390x"),
                        linux("musl", "", MUSL, true, "powerpc64le", "s390x"))
                .flatMap(List::stream)
                .toList();
    }

    private static List<AbiTarget> bsd(String name, String version, Os os, String headers, String... archs) {
        String suffix = version.isEmpty() ? "" : "." + version;
        return Stream.of(archs)
                .map(arch -> new AbiTarget(arch + "-" + name + suffix, os, arch, "", version, headers, false))
                .toList();
    }

    private static List<AbiTarget> linux(
            String libc, String version, String headers, boolean refused, String... archs) {
        String suffix = version.isEmpty() ? "" : "." + version;
        return Stream.of(archs)
                .map(arch -> new AbiTarget(
                        arch + "-linux-" + libc + suffix, Os.LINUX, arch, libc, version, headers, refused))
                .toList();
    }

    /** The platform of the tables. For a refused target it has the most common architecture's tables. */
    Platform platform() {
        return new Platform(os, refused ? "aarch64" : arch);
    }

    boolean musl() {
        return libc.equals("musl");
    }

    /** The name of a C function, from its symbol in an object file. */
    String symbolOf(String mangled) {
        return os == Os.MACOS && mangled.startsWith("_") ? mangled.substring(1) : mangled;
    }

    String mangled(String symbol) {
        return os == Os.MACOS ? "_" + symbol : symbol;
    }

    @Override
    public String toString() {
        return triple;
    }
}
