package io.fdflux.benchmarks.program.load;

import io.fdflux.benchmarks.program.scenario.Body;
import io.fdflux.benchmarks.program.scenario.OneAtATimeScenario;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** The loads of some connections that all do the same. */
final class ClosedLoopLoad implements Load {

    /** What to exchange with a server. */
    private interface Exchanges {
        Exchange with(LoadTarget target) throws IOException;
    }

    private static final int BUSY = 64;
    private static final int UPLOADS = 8;

    private final int connections;
    private final Exchanges exchanges;

    private ClosedLoopLoad(int connections, Exchanges exchanges) {
        this.connections = connections;
        this.exchanges = exchanges;
    }

    static Load hello() {
        return new ClosedLoopLoad(BUSY, ClosedLoopLoad::hello);
    }

    static Exchange hello(LoadTarget target) throws IOException {
        return new HttpExchange(target, List.of(HttpExchange.head("GET /")), answer -> 1);
    }

    static Load echo() {
        return new ClosedLoopLoad(BUSY, target -> new EchoExchange());
    }

    static Load upload() {
        return new ClosedLoopLoad(UPLOADS, target -> upload(target, answer -> 1));
    }

    /** The answer says how many operations it stands for. */
    static Load uploadOfChunks() {
        return new ClosedLoopLoad(UPLOADS, target -> upload(target, ClosedLoopLoad::lastDigits));
    }

    private static Exchange upload(LoadTarget target, ToLongFunction<ByteBuf> operations) throws IOException {
        List<ByteBuf> request = new ArrayList<>();
        request.add(HttpExchange.head("POST /", "Content-Length: " + Body.BYTES));
        for (int sent = 0; sent < Body.BYTES; sent += Body.BLOCK) {
            request.add(Body.block());
        }
        return new HttpExchange(target, request, operations);
    }

    private static long lastDigits(ByteBuf answer) {
        int from = answer.writerIndex() - OneAtATimeScenario.DIGITS;
        return Long.parseLong(answer.toString(from, OneAtATimeScenario.DIGITS, StandardCharsets.US_ASCII));
    }

    @Override
    public LoadResult send(LoadTarget target) throws IOException, InterruptedException {
        Exchange exchange = exchanges.with(target);
        try (SenderLoop loop = new SenderLoop()) {
            return ClosedLoop.run(loop, target, target.connectionsOr(connections), exchange);
        }
    }
}
