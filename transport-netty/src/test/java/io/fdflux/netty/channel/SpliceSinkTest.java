package io.fdflux.netty.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.netty.OnEveryPoller;
import io.fdflux.posix.ClosedDescriptorException;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.socket.Sockets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Invariant 18 for the target file of a splice. */
@OnEveryPoller
class SpliceSinkTest {

    /** A file that is closed during a splice: the splice fails, and the next owner of the number is unharmed. */
    @Test
    void aSpliceIntoAClosedFileFails(@TempDir Path folder) throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        Descriptor closed = Sockets.tcp(false);
        closed.close();
        SpliceSink sink = new SpliceSink.ToFile(closed, 0);
        try (Pipes.Pair pipe = Pipes.pipe();
                var stranger = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            assertThatThrownBy(() -> sink.take(pipe.first().number(), 1, later -> {}))
                    .isInstanceOf(ClosedDescriptorException.class);
            assertThat(stranger.size()).isZero();
        }
    }
}
