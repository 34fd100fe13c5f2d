package io.fdflux.benchmarks.harness;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Measures the scenarios on each transport, and writes the report. */
@Command(name = "scripts/benchmark", mixinStandardHelpOptions = true, showDefaultValues = true)
final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }
}
