package io.fdflux.posix.platform;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Names the operating system and architecture whose constants, layouts and symbols this module uses. {@link #current()}
 * is determined once per JVM, at its first call. Thread-safe.
 *
 * @param os   the operating system
 * @param arch the architecture, by its name in the tables: {@code x86_64}, {@code aarch64}
 */
public record Platform(Os os, String arch) {

    /** The operating systems of the tables, in the order of their columns. */
    public enum Os {
        /** Linux, with glibc or musl. */
        LINUX("x86_64", "aarch64", "riscv64"),
        /** macOS. */
        MACOS("x86_64", "aarch64"),
        /** FreeBSD, 12 or later. */
        FREEBSD("x86_64", "aarch64", "riscv64"),
        /** NetBSD, 7 or later. */
        NETBSD("x86_64", "aarch64"),
        /** OpenBSD. */
        OPENBSD("x86_64", "aarch64", "riscv64"),
        /** DragonFly BSD. */
        DRAGONFLY("x86_64");

        private final List<String> architectures;

        Os(String... architectures) {
            this.architectures = List.of(architectures);
        }

        /** {@return the name in settings and messages} */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * System property that replaces the host's table: {@code <os>-<arch>}, such as {@code netbsd-x86_64}. {@code <os>}
     * alone means the host's architecture. For tests and diagnosis, together with {@code fdflux.posix.libraries}.
     */
    public static final String PROPERTY = "fdflux.posix.platform";

    private static final class Current {
        static final Platform PLATFORM;
        static final UnsupportedPlatformException CAUSE;

        static {
            Platform platform = null;
            UnsupportedPlatformException cause = null;
            try {
                platform = detect(
                        System.getProperty(PROPERTY),
                        System.getProperty("os.name", ""),
                        System.getProperty("os.arch", ""));
            } catch (UnsupportedPlatformException e) {
                cause = e;
            }
            PLATFORM = platform;
            CAUSE = cause;
        }
    }

    /**
     * Makes a platform.
     *
     * @param os   not null
     * @param arch not null
     */
    public Platform {
        Objects.requireNonNull(os, "os");
        Objects.requireNonNull(arch, "arch");
    }

    /**
     * The platform in use.
     *
     * @return the host's, or the one that {@value #PROPERTY} names
     * @throws UnsupportedPlatformException if the tables lack it
     */
    public static Platform current() {
        if (Current.CAUSE != null) {
            throw new UnsupportedPlatformException(Current.CAUSE.getMessage());
        }
        return Current.PLATFORM;
    }

    static Platform detect(String setting, String osName, String osArch) {
        return detect(setting, osName, osArch, ByteOrder.nativeOrder(), ValueLayout.ADDRESS.byteSize());
    }

    static Platform detect(String setting, String osName, String osArch, ByteOrder order, long addressBytes) {
        // No setting overrides these two, because every layout of the tables is 64-bit and checked for
        // little-endian only.
        if (order != ByteOrder.LITTLE_ENDIAN) {
            throw unsupported(osName + " on " + osArch + ", a big-endian processor");
        }
        if (addressBytes != Long.BYTES) {
            throw unsupported(osName + " on " + osArch + ", a " + 8 * addressBytes + "-bit JVM");
        }
        String hostArch = archOf(osArch);
        if (setting != null && !setting.isBlank()) {
            int dash = setting.indexOf('-');
            String os = dash < 0 ? setting : setting.substring(0, dash);
            String arch = dash < 0 ? hostArch : setting.substring(dash + 1);
            return known(osNamed(os), archOf(arch), PROPERTY + "=" + setting);
        }
        return known(osNamed(osName), hostArch, osName + " on " + osArch);
    }

    private static Platform known(Os os, String arch, String asked) {
        if (os == null || !os.architectures.contains(arch)) {
            throw unsupported(asked);
        }
        return new Platform(os, arch);
    }

    private static UnsupportedPlatformException unsupported(String what) {
        return new UnsupportedPlatformException("fdflux has no tables for " + what + "; it has them for "
                + Arrays.stream(Os.values())
                        .map(os -> os.key() + " on " + String.join(", ", os.architectures))
                        .collect(Collectors.joining("; "))
                + ", all of them little-endian and of 64 bits");
    }

    private static Os osNamed(String name) {
        String lower = name.toLowerCase(Locale.ROOT).replace(" ", "");
        if (lower.startsWith("mac") || lower.startsWith("darwin")) {
            return Os.MACOS;
        }
        for (Os os : Os.values()) {
            if (lower.startsWith(os.key())) {
                return os;
            }
        }
        return null;
    }

    private static String archOf(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64", "x86-64" -> "x86_64";
            case "arm64", "aarch64" -> "aarch64";
            default -> name;
        };
    }

    @Override
    public String toString() {
        return os.key() + "-" + arch;
    }
}
