package io.fdflux.benchmarks.program.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An HTTP request whose answers all have one length. A first exchange finds the length, so that the load itself need
 * not parse: it is cheaper than the server.
 */
final class HttpExchange implements Exchange {

    private static final int TIMEOUT_MILLIS = 30_000;
    private static final ByteBuf OK =
            Unpooled.unreleasableBuffer(Unpooled.copiedBuffer("HTTP/1.1 200", StandardCharsets.US_ASCII));
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");

    private final List<ByteBuf> request;
    private final ToLongFunction<ByteBuf> operations;
    private final int answerBytes;

    /**
     * Exchanges one request.
     *
     * @param request    its parts, which the exchange keeps
     * @param operations of an answer that is a success
     */
    HttpExchange(LoadTarget target, List<ByteBuf> request, ToLongFunction<ByteBuf> operations) throws IOException {
        this.request = request.stream().map(Unpooled::unreleasableBuffer).toList();
        this.operations = operations;
        this.answerBytes = firstAnswer(target);
    }

    static ByteBuf head(String firstLine, String... headers) {
        String head = firstLine + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("\r\n", headers)
                + (headers.length > 0 ? "\r\n" : "") + "\r\n";
        return Unpooled.wrappedBuffer(head.getBytes(StandardCharsets.US_ASCII));
    }

    private int firstAnswer(LoadTarget target) throws IOException {
        try (Socket socket = new Socket(target.address().getAddress(), target.port())) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            OutputStream out = socket.getOutputStream();
            for (ByteBuf part : request) {
                part.duplicate().readBytes(out, part.readableBytes());
            }
            out.flush();
            String head = head(socket.getInputStream());
            Matcher length = LENGTH.matcher(head);
            if (!head.startsWith("HTTP/1.1 200") || !length.find()) {
                throw new IOException("the server answers " + head.lines().toList());
            }
            return head.length() + Integer.parseInt(length.group(1));
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the server closes after " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    @Override
    public Iterable<ByteBuf> request() {
        List<ByteBuf> parts = new ArrayList<>(request.size());
        for (ByteBuf part : request) {
            parts.add(part.duplicate());
        }
        return parts;
    }

    @Override
    public int answerBytes() {
        return answerBytes;
    }

    @Override
    public long operations(ByteBuf answer) {
        boolean ok = ByteBufUtil.equals(answer, answer.readerIndex(), OK, 0, OK.readableBytes());
        return ok ? operations.applyAsLong(answer) : -1;
    }
}
