package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The walks of a byte and of a flush are as docs/how-it-works.md draws them: from the engine to the kernel and back.
 */
@OnEveryPoller
class WalksTest {

    private static final Path REPOSITORY = Path.of("..");
    private static final int MOST_STEPS = 10;
    private static final Pattern ROW = Pattern.compile("\\| \\d+ \\| `(\\w+)\\.(\\w+)` \\| `([^`]+)` \\|.*");

    @RegisterExtension
    final Loops loops = new Loops(1);

    /** The methods of fdflux on the stack from one on, the outermost first. */
    private static List<String> walk(String from) {
        List<String> frames = StackWalker.getInstance()
                .walk(stack -> stack.filter(frame -> frame.getClassName().startsWith("io.fdflux."))
                        .filter(frame -> !frame.getClassName().contains("WalksTest"))
                        .map(frame -> frame.getClassName().replaceAll(".*[.]", "") + "." + frame.getMethodName())
                        .collect(Collectors.toCollection(ArrayList::new)))
                .reversed();
        return frames.contains(from) ? frames.subList(frames.indexOf(from), frames.size()) : List.of();
    }

    private static List<String> documented(String walk) throws IOException {
        String page = Files.readString(REPOSITORY.resolve("docs/how-it-works.md"));
        String table = page.substring(page.indexOf("<!-- walk: " + walk + " -->"));
        List<String> steps = new ArrayList<>();
        for (String line : table.substring(0, table.indexOf("\n\n")).lines().toList()) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                assertThat(REPOSITORY.resolve(row.group(3)))
                        .as("the file of step %s", line)
                        .exists()
                        .hasFileName(row.group(1) + ".java");
                steps.add(row.group(1) + "." + row.group(2));
            }
        }
        assertThat(steps).hasSizeBetween(2, MOST_STEPS);
        return steps;
    }

    @Test
    void oneByteUp() throws Exception {
        CompletableFuture<List<String>> walk = new CompletableFuture<>();
        Channel listener = loops.listen(() -> new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                ((ByteBuf) message).release();
                walk.complete(walk("Engine.iterate"));
            }
        });
        FdSocketChannel client = loops.connect(listener.localAddress(), new ChannelInboundHandlerAdapter());
        client.writeAndFlush(Unpooled.copiedBuffer(new byte[1]));
        List<String> steps = new ArrayList<>(documented("up"));
        steps.remove("StreamChannel.receive"); // it has returned by then
        assertThat(walk.get(20, TimeUnit.SECONDS)).containsExactlyElementsOf(steps);
    }

    /** A buffer that looks at the stack when it is staged, offered, and asked for its memory right before the call. */
    private static final class Watched extends UnpooledDirectByteBuf {
        final CompletableFuture<List<String>> staged = new CompletableFuture<>();
        final CompletableFuture<List<String>> offered = new CompletableFuture<>();
        final CompletableFuture<List<String>> sent = new CompletableFuture<>();

        Watched() {
            super(UnpooledByteBufAllocator.DEFAULT, 8, 8);
            writeByte(1);
        }

        private static void complete(CompletableFuture<List<String>> walk, String from, String to) {
            List<String> frames = walk(from);
            if (frames.contains(to)) {
                walk.complete(frames.subList(0, frames.indexOf(to) + 1));
            }
        }

        @Override
        public ByteBuf retain() {
            complete(staged, "StreamUnsafe.flush0", "Stage.add");
            return super.retain();
        }

        @Override
        public int nioBufferCount() {
            complete(offered, "Registration.runWrite", "Output.attempt");
            return super.nioBufferCount();
        }

        @Override
        public boolean hasMemoryAddress() {
            complete(sent, "Engine.send", "SendBatch.submit");
            return super.hasMemoryAddress();
        }
    }

    @Test
    @Tag("staging")
    void oneFlushDown() throws Exception {
        Channel listener = loops.listen(ChannelInboundHandlerAdapter::new);
        FdSocketChannel client = loops.connect(listener.localAddress(), new ChannelInboundHandlerAdapter());
        Watched watched = new Watched();
        client.writeAndFlush(watched);
        List<String> steps = new ArrayList<>(watched.staged.get(20, TimeUnit.SECONDS));
        steps.addAll(watched.offered.get(20, TimeUnit.SECONDS));
        steps.addAll(watched.sent.get(20, TimeUnit.SECONDS));
        assertThat(steps).containsExactlyElementsOf(documented("down"));
    }
}
