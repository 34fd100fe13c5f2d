package io.fdflux.format;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Formats the Java sources below the given paths ({@code apply}), or names those that are not formatted
 * ({@code check}): code by palantir-java-format, then comments by {@link Comments}.
 */
final class Format {

    private static final Set<String> SKIPPED_FOLDERS = Set.of("target", ".git", "node_modules");
    private static final Pattern WILDCARD_IMPORT = Pattern.compile("(?m)^import [\\w. ]+\\.\\*;");

    private static final Formatter FORMATTER = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .build());

    private Format() {}

    public static void main(String[] args) throws IOException {
        boolean apply = args[0].equals("apply");
        List<Path> sources = Stream.of(args)
                .skip(1)
                .map(Path::of)
                .flatMap(Format::sourcesBelow)
                .toList();
        List<String> complaints = sources.parallelStream()
                .flatMap(source -> complaints(source, apply))
                .toList();
        complaints.forEach(System.err::println);
        if (!complaints.isEmpty()) {
            System.err.println("Format the sources with scripts/format.");
            System.exit(1);
        }
    }

    private static Stream<Path> sourcesBelow(Path path) {
        if (!Files.isDirectory(path)) {
            return path.toString().endsWith(".java") ? Stream.of(path) : Stream.empty();
        }
        if (SKIPPED_FOLDERS.contains(path.getFileName().toString())) {
            return Stream.empty();
        }
        try (Stream<Path> children = Files.list(path)) {
            return children.toList().stream().flatMap(Format::sourcesBelow);
        } catch (IOException failure) {
            throw new IllegalStateException("Cannot list " + path, failure);
        }
    }

    private static Stream<String> complaints(Path source, boolean apply) {
        try {
            String before = Files.readString(source);
            if (WILDCARD_IMPORT.matcher(before).find()) {
                return Stream.of(source + ": wildcard import");
            }
            String after = Comments.reflow(FORMATTER.formatSourceAndFixImports(before));
            if (after.equals(before)) {
                return Stream.empty();
            }
            if (!apply) {
                return Stream.of(source + ": not formatted");
            }
            Files.writeString(source, after);
            System.out.println("formatted " + source);
            return Stream.empty();
        } catch (Exception | LinkageError failure) {
            return Stream.of(source + ": " + failure);
        }
    }
}
