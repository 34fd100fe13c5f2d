package io.fdflux.examples.webflux;

import org.springframework.web.reactive.function.server.ServerRequest;

/** Parses numbers in the query of a request. */
final class Query {

    /** 1 TiB. */
    private static final long MAX_BYTES = 1L << 40;

    private static final long MAX_CHUNKS_PER_SECOND = 1_000_000;

    private Query() {}

    /**
     * Returns the requested number of bytes.
     *
     * @throws BadQueryException if it is missing, not a number, negative or too large
     */
    static long bytes(ServerRequest request) {
        return number(request, "bytes", null, MAX_BYTES);
    }

    /**
     * Returns the rate limit of an upload; 0, the default, means no limit.
     *
     * @throws BadQueryException if it is not a number, negative or too large
     */
    static long chunksPerSecond(ServerRequest request) {
        return number(request, "chunksPerSecond", "0", MAX_CHUNKS_PER_SECOND);
    }

    private static long number(ServerRequest request, String name, String otherwise, long max) {
        String text = request.queryParam(name).orElse(otherwise);
        String wanted = "'%s' must be a whole number from 0 to %d".formatted(name, max);
        if (text == null) {
            throw new BadQueryException(wanted + ", and is missing: %s?%s=1000".formatted(request.path(), name));
        }
        try {
            long number = Long.parseLong(text);
            if (number >= 0 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The exception below has the message.
        }
        throw new BadQueryException(wanted + ", not '%s'".formatted(text));
    }
}
