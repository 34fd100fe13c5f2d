package io.fdflux.benchmarks.plan;

import java.util.List;

/** How a scenario is driven. */
public sealed interface Sending {

    /**
     * wrk, with one thread.
     *
     * @param close a connection per request
     * @param tls   https
     */
    record Wrk(int connections, boolean close, boolean tls) implements Sending {}

    /** h2load, with one thread. */
    record H2load(int connections, int streams) implements Sending {}

    /** The sender of this module. */
    record Own() implements Sending {}

    /** The server drives itself, and counts its operations. */
    record Itself() implements Sending {}

    /** JVMs are started, and asked once. */
    record Start() implements Sending {}

    /** Reads an entry of the table, such as {@code wrk 64 close}. */
    static Sending of(String text) {
        List<String> words = List.of(text.split(" +"));
        return switch (words.getFirst()) {
            case "wrk" -> new Wrk(Integer.parseInt(words.get(1)), words.contains("close"), words.contains("tls"));
            case "h2load" -> new H2load(Integer.parseInt(words.get(1)), Integer.parseInt(words.get(2)));
            case "sender" -> new Own();
            case "itself" -> new Itself();
            case "start" -> new Start();
            default -> throw new IllegalArgumentException("no sender is named " + text);
        };
    }
}
