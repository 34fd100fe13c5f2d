package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdFlux;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.io.TestFiles;
import io.fdflux.posix.socket.Sockets;
import io.fdflux.test.BuffersReleased;
import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/** Invariant 9 for writers: a silent source is cancelled once no reader will take its buffers. */
@ExtendWith(BuffersReleased.class)
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class WriterHangupTest {

    @RegisterExtension
    final Streams streams = new Streams();

    /** Two connected ends; the test writes the first. */
    enum Kind {
        PIPE {
            @Override
            Pipes.Pair open() throws Exception {
                Pipes.Pair pipe = Pipes.pipe();
                return new Pipes.Pair(pipe.second(), pipe.first());
            }
        },
        REOPENED_PIPE {
            @Override
            Pipes.Pair open() {
                Pipes.Pair pipe = TestFiles.pipe();
                return new Pipes.Pair(pipe.second(), pipe.first());
            }
        },
        SOCKET {
            @Override
            Pipes.Pair open() throws Exception {
                return Pipes.socketPair();
            }
        },
        MESSAGES {
            @Override
            Pipes.Pair open() {
                return TestFiles.messageSockets("SOCK_SEQPACKET");
            }
        };

        abstract Pipes.Pair open() throws Exception;
    }

    private static void isBrokenPipe(Throwable error) {
        assertThat(error)
                .isInstanceOfSatisfying(
                        PosixException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPIPE));
    }

    @ParameterizedTest
    @EnumSource
    void silentSourceIsCancelled(Kind kind) throws Exception {
        Pipes.Pair pair = streams.pair(kind.open());
        TestPublisher<ByteBuf> source = TestPublisher.create();
        StepVerifier.create(FdFlux.write(streams.loops, pair.first(), source))
                .then(streams::settle)
                .then(() -> source.next(Streams.buffer("a")))
                .then(streams::settle)
                .then(() -> assertThat(Streams.read(pair.second())).isEqualTo("a"))
                .then(() -> pair.second().closeUnchecked())
                .verifyErrorSatisfies(WriterHangupTest::isBrokenPipe);
        streams.settle();
        source.assertCancelled();
    }

    @ParameterizedTest
    @EnumSource
    void readerThatHasGoneBefore(Kind kind) throws Exception {
        Pipes.Pair pair = streams.pair(kind.open());
        pair.second().closeUnchecked();
        TestPublisher<ByteBuf> source = TestPublisher.create();
        StepVerifier.create(FdFlux.write(streams.loops, pair.first(), source))
                .verifyErrorSatisfies(WriterHangupTest::isBrokenPipe);
    }

    @Test
    @DisplayName("reader and silent writer of one descriptor: the reader completes, the writer fails")
    void bothDirections() throws Exception {
        Pipes.Pair pair = streams.pair(Pipes.socketPair());
        TestPublisher<ByteBuf> source = TestPublisher.create();
        StepVerifier.create(FdFlux.write(streams.loops, pair.first(), source))
                .then(() -> StepVerifier.create(streams.texts(pair.first()))
                        .then(streams::settle)
                        .then(() -> pair.second().closeUnchecked())
                        .verifyComplete())
                .verifyErrorSatisfies(WriterHangupTest::isBrokenPipe);
    }

    @Test
    void halfClosedPeerIsStillWrittenTo() throws Exception {
        Pipes.Pair pair = streams.pair(Pipes.socketPair());
        TestPublisher<ByteBuf> source = TestPublisher.create();
        StepVerifier.create(FdFlux.write(streams.loops, pair.first(), source))
                .then(streams::settle)
                .then(() -> Sockets.shutdownOutput(pair.second().number()))
                .then(streams::settle)
                .then(() -> source.next(Streams.buffer("answer")))
                .then(source::complete)
                .verifyComplete();
        assertThat(Streams.read(pair.second())).isEqualTo("answer");
    }
}
