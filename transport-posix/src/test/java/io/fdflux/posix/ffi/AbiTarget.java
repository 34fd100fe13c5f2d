package io.fdflux.posix.ffi;

import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.platform.Platform.Os;
import java.util.List;
import java.util.stream.Stream;

/**
 * A system that the tables are compared with, by cross-compiling for it.
 *
 * @param triple  as the compiler names it
 * @param arch    as {@link Platform} names it
 * @param libc    of Linux: {@code gnu} or {@code musl}; empty elsewhere
 * @param version of the system or its C library, whose symbols are looked up
 * @param headers the version of the headers, which may be another one
 * @param refused whether {@link Platform} refuses it: differences are told, and are no error
 */
record AbiTarget(String triple, Os os, String arch, String libc, String version, String headers, boolean refused) {

    private static final String GLIBC = "2.43"; // of the headers that the compiler package carries, as all of these
    private static final String MUSL = "1.2.5";
    private static final String FREEBSD = "15.0";
    private static final String NETBSD = "10.1";
    private static final String OPENBSD = "7.8";
    private static final String MACOS = "26.4";

    /** Something that is not checked here, why, and the key of the README's cell that says so. */
    record Unchecked(String key, String what, String reason) {}

    static final List<Unchecked> UNCHECKED = List.of(
            new Unchecked("freebsd", "12, 13", "no headers here"),
            new Unchecked("netbsd", "11", "no headers here"),
            new Unchecked("dragonfly", "checked", "no headers here"),
            new Unchecked("libkqueue", "checked", "it serves the tests only"));

    /** Those that the compiler brings headers and libraries of, and a JVM may run on. */
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

    /** The platform whose tables are used there; for a refused one those of an architecture without peculiarities. */
    Platform platform() {
        return new Platform(os, refused ? "aarch64" : arch);
    }

    boolean musl() {
        return libc.equals("musl");
    }

    /** The name that a C function has in an object file, without what the system puts before all of them. */
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
