package io.fdflux.file;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.function.Consumer;

/**
 * Cuts bytes into lines, which end with LF or CR LF. The last line of a file that was replaced or truncated may lack
 * its end.
 */
final class LineCutter implements Cutter<String> {

    private static final byte LF = '\n';
    private static final byte CR = '\r';

    private final Charset charset;
    private final int longest;
    /** The beginning of a line whose end is not read. */
    private final Line line = new Line();

    LineCutter(Charset charset, int longest) {
        this.charset = charset;
        this.longest = longest;
    }

    /** Gives access to the last byte. */
    private static final class Line extends ByteArrayOutputStream {

        String take(Charset charset) {
            int length = count > 0 && buf[count - 1] == CR ? count - 1 : count;
            String text = new String(buf, 0, length, charset);
            reset();
            return text;
        }
    }

    @Override
    public void cut(ByteBuf bytes, Consumer<? super String> elements) throws IOException {
        try {
            while (bytes.isReadable()) {
                int length = bytes.bytesBefore(LF);
                boolean ends = length >= 0;
                append(bytes, ends ? length : bytes.readableBytes());
                if (ends) {
                    bytes.skipBytes(1);
                    elements.accept(line.take(charset));
                }
            }
        } finally {
            bytes.release();
        }
    }

    private void append(ByteBuf bytes, int length) throws IOException {
        if (length > longest - line.size()) {
            throw new IOException("a line has more than " + longest + " bytes; TailOptions.longestLine allows more");
        }
        bytes.readBytes(line, length);
    }

    @Override
    public void end(Consumer<? super String> elements) {
        if (line.size() > 0) {
            elements.accept(line.take(charset));
        }
    }

    @Override
    public void discard(String element) {
        // Nothing is held.
    }
}
