package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.ReadOptions;
import io.fdflux.test.BuffersReleased;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;

/** {@link io.fdflux.FdLoops#read(Path)} of a regular file, on the loop of each poller. */
@ExtendWith(BuffersReleased.class)
@Timeout(60)
class RegularFileTest {

    @RegisterExtension
    final Streams streams = new Streams();

    @TempDir
    private Path folder;

    @Test
    @DisplayName("the end is read on demand, and nothing is watched: kqueue(2) reports nothing at the end of a file")
    void nothingIsWatched() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "ab");
        StepVerifier.create(
                        streams.loops
                                .read(file, ReadOptions.defaults().chunkSize(1))
                                .map(Streams::text),
                        0)
                .expectSubscription()
                .then(streams::settle) // a watch for the peer's end would count the bytes
                .thenRequest(1)
                .expectNext("a")
                .then(streams::settle)
                .thenRequest(1)
                .expectNext("b")
                .then(streams::settle)
                .thenRequest(1)
                .verifyComplete();
        assertThat(streams.loops.total(Counter.ARMS)).isZero();
    }
}
