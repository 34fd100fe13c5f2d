package io.fdflux.flux;

import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.TestFiles;
import io.fdflux.test.BuffersReleased;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.test.StepVerifier;

/** A pseudo-terminal ends when its other side closes, although Linux returns EIO (invariants 8 and 9). */
@ExtendWith(BuffersReleased.class)
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class TerminalEndTest {

    @RegisterExtension
    final Streams streams = new Streams();

    @Test
    void masterEndsAfterTheBytesBeforeIt() throws IOException {
        Pipes.Pair pty = streams.pair(TestFiles.pty());
        Streams.write(pty.second(), "last words");
        pty.second().close();
        StepVerifier.create(streams.texts(pty.first()).reduce("", String::concat))
                .expectNext("last words")
                .verifyComplete();
    }

    @Test
    void masterThatIsWaitedForEnds() {
        Pipes.Pair pty = streams.pair(TestFiles.pty());
        StepVerifier.create(streams.texts(pty.first()))
                .then(streams::settle)
                .then(() -> Streams.write(pty.second(), "a"))
                .expectNext("a")
                .then(streams::settle)
                .then(() -> pty.second().closeUnchecked())
                .verifyComplete();
    }

    @Test
    @DisplayName("invariant 9: also without demand, but earlier bytes wait for demand")
    void masterEndsWithoutDemand() {
        Pipes.Pair pty = streams.pair(TestFiles.pty());
        StepVerifier.create(streams.texts(pty.first()), 0)
                .then(streams::settle)
                .then(() -> Streams.write(pty.second(), "a"))
                .then(() -> pty.second().closeUnchecked())
                .then(streams::settle)
                .thenRequest(1)
                .expectNext("a")
                .verifyComplete();
    }

    @Test
    void otherSideEndsWhenTheMasterIsClosed() {
        Pipes.Pair pty = streams.pair(TestFiles.pty());
        StepVerifier.create(streams.texts(pty.second()))
                .then(streams::settle)
                .then(() -> pty.first().closeUnchecked())
                .verifyComplete();
    }
}
