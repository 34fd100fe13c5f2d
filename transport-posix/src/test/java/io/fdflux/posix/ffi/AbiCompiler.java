package io.fdflux.posix.ffi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compiles and links the generated sources with {@code zig}, and parses its messages. */
final class AbiCompiler {

    private static final Pattern DIAGNOSTIC =
            Pattern.compile("^[^:]*check\\.cc:(\\d+):\\d+: (?:fatal )?(error|note): (.*)$");
    private static final Pattern FAILED = Pattern.compile("static assertion failed.*: (the tables say [^:]*)");
    private static final Pattern VALUES = Pattern.compile("expression evaluates to '(\\d+) == \\d+'");
    private static final Pattern UNDEFINED = Pattern.compile("undefined symbol: (\\S+)");
    private static final Pattern POINTER = Pattern.compile("^\\s*\\.(?:quad|xword|dword|8byte)\\s+([^\\s+]+)");

    /**
     * The result of compiling a source.
     *
     * @param errors   messages by line of the source
     * @param assembly the output, empty after errors
     */
    record Compiled(Map<Integer, String> errors, List<String> assembly) {}

    private record Run(int status, String output) {}

    private final Path zig;
    private final Path library;
    private final Path cache;

    AbiCompiler(Path zig, Path library, Path cache) {
        this.zig = zig;
        this.library = library;
        this.cache = cache;
    }

    Compiled compile(AbiTarget target, AbiSource source, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("check.cc"), source.text());
        Path assembly = folder.resolve("check.s");
        Files.deleteIfExists(assembly);
        Run run = run(
                folder,
                "c++",
                "-target",
                target.triple(),
                "-std=c++14",
                "-nostdinc++",
                "-D_GNU_SOURCE",
                "-Wno-macro-redefined",
                "-Wno-unused-command-line-argument",
                "-ferror-limit=0",
                "-fno-caret-diagnostics",
                "-S",
                "-o",
                "check.s",
                "check.cc");
        Map<Integer, String> errors = new TreeMap<>();
        run.output().lines().map(DIAGNOSTIC::matcher).filter(Matcher::matches).forEach(m -> {
            int line = Integer.parseInt(m.group(1));
            if (m.group(2).equals("error") || errors.containsKey(line)) { // a note adds to the error before it
                errors.merge(line, readable(m.group(3)), (before, more) -> before + "; " + more);
            }
        });
        if (run.status() != 0 && errors.isEmpty()) {
            throw new IOException("zig failed for " + target + ":\n" + run.output());
        }
        return new Compiled(errors, run.status() == 0 ? Files.readAllLines(assembly) : List.of());
    }

    private static String readable(String message) {
        Matcher failed = FAILED.matcher(message);
        if (failed.matches()) {
            return failed.group(1);
        }
        Matcher values = VALUES.matcher(message);
        return values.matches()
                ? "the headers say %s, 0x%x".formatted(values.group(1), Long.parseUnsignedLong(values.group(1)))
                : message;
    }

    /** The constants that the headers have, but the tables call absent. */
    static List<String> present(AbiTarget target, List<String> assembly) {
        String prefix = target.mangled(AbiSource.PRESENT);
        return assembly.stream()
                .filter(line -> line.startsWith(prefix) && line.contains(":"))
                .map(line -> line.substring(prefix.length(), line.indexOf(':')))
                .toList();
    }

    /** The symbols to which C binds the functions of {@link AbiSource#SYMBOLS}, in their order. */
    static List<String> bound(AbiTarget target, List<String> assembly) {
        List<String> bound = new ArrayList<>();
        boolean inside = false;
        for (String line : assembly) {
            Matcher pointer = POINTER.matcher(line);
            if (line.startsWith(target.mangled(AbiSource.SYMBOLS) + ":")) {
                inside = true;
            } else if (inside && pointer.find()) {
                bound.add(target.symbolOf(pointer.group(1)));
            } else if (inside) {
                break;
            }
        }
        return bound;
    }

    /** The symbols that the system's libraries lack. */
    Set<String> undefined(AbiTarget target, List<String> symbols, Path folder)
            throws IOException, InterruptedException {
        StringBuilder source = new StringBuilder();
        for (int i = 0; i < symbols.size(); i++) {
            source.append("extern char s%d __asm__(\"%s\");%n".formatted(i, target.mangled(symbols.get(i))));
        }
        source.append("const void *const used[] = {");
        for (int i = 0; i < symbols.size(); i++) {
            source.append("&s").append(i).append(", ");
        }
        source.append("};\n");
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("symbols.c"), source);
        Run run = run(
                folder,
                "build-lib",
                "-dynamic",
                "-fno-compiler-rt",
                "-fno-ubsan-rt",
                "-z",
                "defs",
                "-target",
                target.triple(),
                "-lc",
                "--name",
                "symbols",
                "-femit-bin=symbols.so",
                "symbols.c");
        Set<String> undefined = new LinkedHashSet<>();
        Matcher matcher = UNDEFINED.matcher(run.output());
        while (matcher.find()) {
            undefined.add(target.symbolOf(matcher.group(1)));
        }
        if (run.status() != 0 && undefined.isEmpty()) {
            throw new IOException("zig cannot link for " + target + ":\n" + run.output());
        }
        return undefined;
    }

    private Run run(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(zig.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("ZIG_LIB_DIR", library.toString());
        builder.environment().put("ZIG_GLOBAL_CACHE_DIR", cache.toString());
        builder.environment().put("ZIG_LOCAL_CACHE_DIR", cache.toString());
        builder.environment().put("NO_COLOR", "1");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }
}
