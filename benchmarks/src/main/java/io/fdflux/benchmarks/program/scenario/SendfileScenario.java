package io.fdflux.benchmarks.program.scenario;

import io.fdflux.benchmarks.program.transport.TransportLoops;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Bodies of 1 MiB to the client, out of a file of the page cache, with {@code sendFile}. */
final class SendfileScenario implements Scenario {

    @Override
    public Served serve(TransportLoops loops, int port) throws IOException {
        Path file = file(Body.BYTES);
        return Served.of(Http.server(loops, port)
                        .handle((request, response) -> response.header(
                                        HttpHeaderNames.CONTENT_LENGTH, Integer.toString(Body.BYTES))
                                .sendFile(file, 0, Body.BYTES))
                        .bindNow())
                .then(() -> delete(file));
    }

    static Path file(int bytes) throws IOException {
        Path file = Files.createTempFile("fdflux-benchmark", ".bin");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int at = 0; at < bytes; at += Body.BLOCK) {
                ByteBuf block = Body.block();
                block.readBytes(channel, at, Math.min(Body.BLOCK, bytes - at));
            }
        }
        return file;
    }

    static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
