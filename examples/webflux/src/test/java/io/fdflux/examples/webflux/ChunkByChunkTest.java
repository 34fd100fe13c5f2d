package io.fdflux.examples.webflux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.examples.webflux.UploadHandler.Receipt;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Checks that one chunk is requested at a time, and that every chunk is released. */
class ChunkByChunkTest {

    private final NettyDataBufferFactory factory = new NettyDataBufferFactory(ByteBufAllocator.DEFAULT);
    private final List<ByteBuf> buffers = new ArrayList<>();
    private final List<Long> requests = new CopyOnWriteArrayList<>();

    @Test
    void requestsTheNextChunkWhenThisOneIsDone() {
        Receipt receipt = upload(chunks(5), 0).block();

        assertThat(receipt.bytes()).isEqualTo(20);
        assertThat(receipt.chunks()).isEqualTo(5);
        assertThat(requests).hasSize(6).containsOnly(1L);
        assertThat(buffers).allMatch(buffer -> buffer.refCnt() == 0);
    }

    @Test
    void aRateHoldsTheNextRequestBack() {
        Disposable upload = upload(chunks(5), 1).subscribe();

        // A timer guarantees only that it does not fire early.
        assertThat(requests).containsExactly(1L);
        upload.dispose();
        assertThat(buffers).singleElement().matches(buffer -> buffer.refCnt() == 0);
    }

    @Test
    void aRateRequestsInItsTime() {
        Receipt receipt = upload(chunks(3), 1000).block(Example.PATIENCE);

        assertThat(receipt.chunks()).isEqualTo(3);
        // The timer after the last chunk may fire before the body completes.
        assertThat(requests).hasSizeBetween(3, 4).containsOnly(1L);
    }

    @Test
    void cancelReachesTheBody() {
        Sinks.Many<DataBuffer> body = Sinks.many().unicast().onBackpressureBuffer();
        Disposable upload = upload(body.asFlux(), 0).subscribe();
        assertThat(body.currentSubscriberCount()).isOne();

        upload.dispose();

        assertThat(body.currentSubscriberCount()).isZero();
    }

    @Test
    void anErrorOfTheBodyIsTheOutcome() {
        Mono<Receipt> upload = upload(chunks(1).concatWith(Mono.error(new IllegalStateException("reset"))), 0);

        assertThatThrownBy(upload::block).hasMessage("reset");
        assertThat(buffers).allMatch(buffer -> buffer.refCnt() == 0);
    }

    private Flux<DataBuffer> chunks(int number) {
        return Flux.range(0, number).map(i -> {
            ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer().writeInt(i);
            buffers.add(buffer);
            return factory.wrap(buffer);
        });
    }

    private Mono<Receipt> upload(Flux<DataBuffer> body, long chunksPerSecond) {
        return UploadHandler.receipt(body.doOnRequest(requests::add), chunksPerSecond);
    }
}
