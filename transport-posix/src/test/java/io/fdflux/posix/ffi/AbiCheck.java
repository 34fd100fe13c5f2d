package io.fdflux.posix.ffi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Compares the tables of each platform with its headers and libraries. {@code scripts/check-abi} runs it. Each run also
 * tests the check itself: with all entries falsified, it must find every one.
 */
final class AbiCheck {

    private final AbiCompiler compiler;
    private final Path out;

    private AbiCheck(AbiCompiler compiler, Path out) {
        this.compiler = compiler;
        this.out = out;
    }

    /**
     * Arguments: the compiler, its library, a folder for the output, the README, and optionally
     * {@code --update-readme}.
     */
    public static void main(String[] args) throws Exception {
        Path out = Path.of(args[2]).toAbsolutePath();
        AbiCompiler compiler = new AbiCompiler(
                Path.of(args[0]).toAbsolutePath(), Path.of(args[1]).toAbsolutePath(), out.resolve("cache"));
        List<AbiResult> results = new AbiCheck(compiler, out).run(AbiTarget.all());
        System.out.print(AbiCoverage.summary(results));
        Files.writeString(out.resolve("coverage.json"), AbiCoverage.json(results));
        boolean green = results.stream().allMatch(AbiResult::green);
        boolean update = args.length > 4 && args[4].equals("--update-readme");
        boolean current = green && AbiCoverage.readme(Path.of(args[3]), results, update);
        System.exit(current ? 0 : 1);
    }

    private List<AbiResult> run(List<AbiTarget> targets) throws Exception {
        try (ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            List<Future<AbiResult>> futures = new ArrayList<>();
            for (AbiTarget target : targets) {
                futures.add(threads.submit(() -> check(target, AbiTables.of(target.platform()))));
            }
            List<AbiResult> results = new ArrayList<>();
            for (Future<AbiResult> future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : e;
        }
    }

    private AbiResult check(AbiTarget target, AbiTables tables) throws IOException, InterruptedException {
        Path folder = out.resolve(target.triple());
        AbiSource source = AbiSource.of(target, tables);
        AbiCompiler.Compiled compiled = compiler.compile(target, source, folder);
        List<String> failures = new ArrayList<>();
        compiled.errors()
                .forEach((line, message) ->
                        failures.add(source.entry(line).orElse("line " + line + " of check.cc") + ": " + message));
        Set<String> undefined = compiler.undefined(target, symbols(source), folder);
        if (failures.isEmpty()) {
            failures.addAll(bindings(source.functions(), AbiCompiler.bound(target, compiled.assembly()), undefined));
        }
        failures.addAll(libraries(source, undefined));
        // Only after a check without failures, because falsifying a wrong entry may make it right.
        List<String> undetected =
                target.refused() || !failures.isEmpty() ? List.of() : undetected(target, tables, compiled, folder);
        return new AbiResult(
                target,
                source.constants(),
                source.structs(),
                source.fields(),
                source.functions().size(),
                List.copyOf(failures),
                AbiCompiler.present(target, compiled.assembly()),
                source.missing().stream().map(AbiTables.Function::name).toList(),
                undetected);
    }

    /** Checks that C binds each function to the symbol that the code finds at run time. */
    private static List<String> bindings(
            List<AbiTables.Function> functions, List<String> bound, Set<String> undefined) {
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < functions.size(); i++) {
            AbiTables.Function function = functions.get(i);
            String symbol = i < bound.size() ? bound.get(i) : "nothing";
            if (!function.symbols().contains(symbol)) {
                failures.add("symbol " + function.name() + ": C binds it to " + symbol + ", the tables look for "
                        + function.symbols());
                continue;
            }
            String found = function.symbols().stream()
                    .filter(s -> !undefined.contains(s))
                    .findFirst()
                    .orElse(symbol);
            if (!found.equals(symbol)) {
                failures.add("symbol " + function.name() + ": C binds it to " + symbol
                        + ", and the first to be found is " + found);
            }
        }
        return failures;
    }

    private static List<String> symbols(AbiSource source) {
        return Stream.concat(source.functions().stream(), source.missing().stream())
                .flatMap(f -> f.symbols().stream())
                .distinct()
                .toList();
    }

    /**
     * Checks that the libraries have a symbol of each function, and lack the functions that the tables call missing.
     */
    private static List<String> libraries(AbiSource source, Set<String> undefined) {
        List<String> failures = new ArrayList<>();
        for (AbiTables.Function function : source.functions()) {
            if (undefined.containsAll(function.symbols())) {
                failures.add("symbol " + function.name() + ": no library has any of " + function.symbols());
            }
        }
        for (AbiTables.Function function : source.missing()) {
            if (!undefined.containsAll(function.symbols())) {
                failures.add("symbol " + function.name() + ": AbiHeaders says that it is missing, and it exists");
            }
        }
        return failures;
    }

    /** Falsifies all entries. Returns those that the check does not find. */
    private List<String> undetected(AbiTarget target, AbiTables tables, AbiCompiler.Compiled right, Path folder)
            throws IOException, InterruptedException {
        AbiSource wrong = AbiSource.of(target, tables.falsified());
        AbiCompiler.Compiled compiled = compiler.compile(target, wrong, folder.resolve("falsified"));
        List<String> undetected = new ArrayList<>(wrong.asserted());
        for (int line : compiled.errors().keySet()) {
            wrong.entry(line).ifPresent(undetected::remove);
        }
        Set<String> undefined = compiler.undefined(target, symbols(wrong), folder.resolve("falsified"));
        List<String> found = bindings(wrong.functions(), AbiCompiler.bound(target, right.assembly()), undefined);
        found.addAll(libraries(wrong, undefined));
        for (AbiTables.Function function : wrong.functions()) {
            String entry = "symbol " + function.name() + ":";
            if (found.stream().filter(f -> f.startsWith(entry)).count() != 2) {
                undetected.add(entry.substring(0, entry.length() - 1));
            }
        }
        return undetected;
    }
}
