package io.fdflux.benchmarks.program.scenario;

import io.fdflux.benchmarks.program.transport.TransportLoops;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import java.util.concurrent.atomic.LongAdder;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;

/**
 * Bodies from the client into a subscriber on a thread of its own, which asks for the next chunk when it has finished
 * one. An operation is one chunk. The answer is their number.
 *
 * <p>A read takes as many bytes as the decoder puts into one chunk, so that each chunk needs a read.
 */
public final class OneAtATimeScenario implements Scenario {

    /** Each answer has so many digits, so that all answers have one length. */
    public static final int DIGITS = 8;

    /** The default of Netty's HttpObjectDecoder. */
    private static final int CHUNK_BYTES = 8192;

    private final LongAdder chunks = new LongAdder();

    OneAtATimeScenario() {}

    @Override
    public Served serve(TransportLoops loops, int port) {
        Scheduler subscriber = Schedulers.newSingle("subscriber", true);
        return Served.of(
                        Http.server(loops, port)
                                .childOption(
                                        ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(CHUNK_BYTES))
                                .handle((request, response) -> response.sendString(chunkByChunk(request, subscriber)
                                        .map(this::consume)
                                        .reduce(0L, Long::sum)
                                        .map(OneAtATimeScenario::digits)))
                                .bindNow(),
                        chunks::sum)
                .then(subscriber::dispose);
    }

    private static Flux<ByteBuf> chunkByChunk(HttpServerRequest request, Scheduler subscriber) {
        return request.receive().retain().publishOn(subscriber, 1).doOnDiscard(ByteBuf.class, ByteBuf::release);
    }

    private long consume(ByteBuf chunk) {
        chunk.release();
        chunks.increment();
        return 1;
    }

    private static String digits(long number) {
        String digits = Long.toString(number);
        return "0".repeat(DIGITS - digits.length()) + digits;
    }
}
