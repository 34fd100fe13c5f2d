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

    /** The methods of fdflux on the stack, the outermost first, from the engine on. */
    private static List<String> walk() {
        List<String> frames = StackWalker.getInstance()
                .walk(stack -> stack.filter(frame -> frame.getClassName().startsWith("io.fdflux."))
                        .filter(frame -> !frame.getClassName().contains("WalksTest"))
                        .map(frame -> frame.getClassName().replaceAll(".*[.]", "") + "." + frame.getMethodName())
                        .collect(Collectors.toCollection(ArrayList::new)))
                .reversed();
        return frames.subList(frames.indexOf("Engine.iterate"), frames.size());
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
                walk.complete(walk());
            }
        });
        FdSocketChannel client = loops.connect(listener.localAddress(), new ChannelInboundHandlerAdapter());
        client.writeAndFlush(Unpooled.copiedBuffer(new byte[1]));
        List<String> steps = new ArrayList<>(documented("up"));
        steps.remove("StreamChannel.receive"); // it has returned by then
        assertThat(walk.get(20, TimeUnit.SECONDS)).containsExactlyElementsOf(steps);
    }

    /** A buffer that looks at the stack when its memory is asked for: right before the call. */
    private static final class Watched extends UnpooledDirectByteBuf {
        private final CompletableFuture<List<String>> walk;

        Watched(CompletableFuture<List<String>> walk) {
            super(UnpooledByteBufAllocator.DEFAULT, 8, 8);
            this.walk = walk;
            writeByte(1);
        }

        @Override
        public boolean hasMemoryAddress() {
            List<String> frames = walk();
            walk.complete(frames.subList(0, frames.indexOf("Gather.send") + 1));
            return super.hasMemoryAddress();
        }
    }

    @Test
    void oneFlushDown() throws Exception {
        CompletableFuture<List<String>> walk = new CompletableFuture<>();
        Channel listener = loops.listen(ChannelInboundHandlerAdapter::new);
        FdSocketChannel client = loops.connect(listener.localAddress(), new ChannelInboundHandlerAdapter());
        client.writeAndFlush(new Watched(walk));
        assertThat(walk.get(20, TimeUnit.SECONDS)).containsExactlyElementsOf(documented("down"));
    }
}
