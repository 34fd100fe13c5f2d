package io.fdflux.posix.socket;

import io.fdflux.posix.TcpInfo.Field;
import io.fdflux.posix.TcpInfo.State;
import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.platform.Platform;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;

/** Decodes a system's TCP_INFO, by a table with a row per field. */
final class TcpInfoLayout {

    private static final int MICROS_PER_MILLI = 1000;

    // field                    in C                     offset bytes unit; ms: milliseconds
    private static final String LINUX = """
        STATE                      tcpi_state               0    1
        RETRANSMITS                tcpi_retransmits         2    1
        PROBES                     tcpi_probes              3    1
        BACKOFF                    tcpi_backoff             4    1
        OPTIONS                    tcpi_options             5    1
        RETRANSMIT_TIMEOUT         tcpi_rto                 8    4
        ACK_TIMEOUT                tcpi_ato                 12   4
        SEND_MSS                   tcpi_snd_mss             16   4
        RECEIVE_MSS                tcpi_rcv_mss             20   4
        UNACKED                    tcpi_unacked             24   4
        SACKED                     tcpi_sacked              28   4
        LOST                       tcpi_lost                32   4
        RETRANS                    tcpi_retrans             36   4
        LAST_DATA_SENT             tcpi_last_data_sent      44   4   ms
        LAST_DATA_RECEIVED         tcpi_last_data_recv      52   4   ms
        LAST_ACK_RECEIVED          tcpi_last_ack_recv       56   4   ms
        PATH_MTU                   tcpi_pmtu                60   4
        RTT                        tcpi_rtt                 68   4
        RTT_VARIANCE               tcpi_rttvar              72   4
        SEND_SLOW_START_THRESHOLD  tcpi_snd_ssthresh        76   4
        SEND_CONGESTION_WINDOW     tcpi_snd_cwnd            80   4
        RECEIVE_SPACE              tcpi_rcv_space           96   4
        TOTAL_RETRANSMITS          tcpi_total_retrans       100  4
        PACING_RATE                tcpi_pacing_rate         104  8
        BYTES_ACKED                tcpi_bytes_acked         120  8
        BYTES_RECEIVED             tcpi_bytes_received      128  8
        SEGMENTS_SENT              tcpi_segs_out            136  4
        SEGMENTS_RECEIVED          tcpi_segs_in             140  4
        NOT_SENT_BYTES             tcpi_notsent_bytes       144  4
        MIN_RTT                    tcpi_min_rtt             148  4
        DATA_SEGMENTS_RECEIVED     tcpi_data_segs_in        152  4
        DATA_SEGMENTS_SENT         tcpi_data_segs_out       156  4
        DELIVERY_RATE              tcpi_delivery_rate       160  8
        BYTES_SENT                 tcpi_bytes_sent          200  8
        BYTES_RETRANSMITTED        tcpi_bytes_retrans       208  8
        SEND_WINDOW                tcpi_snd_wnd             228  4
        """;

    private static final String FREEBSD_AND_NETBSD = """
        STATE                      tcpi_state               0    1
        OPTIONS                    tcpi_options             5    1
        RETRANSMIT_TIMEOUT         tcpi_rto                 8    4
        SEND_MSS                   tcpi_snd_mss             16   4
        RECEIVE_MSS                tcpi_rcv_mss             20   4
        LAST_DATA_RECEIVED         tcpi_last_data_recv      52   4
        RTT                        tcpi_rtt                 68   4
        RTT_VARIANCE               tcpi_rttvar              72   4
        SEND_SLOW_START_THRESHOLD  tcpi_snd_ssthresh        76   4
        SEND_CONGESTION_WINDOW     tcpi_snd_cwnd            80   4
        RECEIVE_SPACE              tcpi_rcv_space           96   4
        SEND_WINDOW                tcpi_snd_wnd             100  4
        TOTAL_RETRANSMITS          tcpi_snd_rexmitpack      120  4
        """;

    // OpenBSD reports the fields after these to the superuser only: tcp_fill_info in sys/netinet/tcp_usrreq.c.
    private static final String OPENBSD = """
        STATE                      tcpi_state               0    1
        OPTIONS                    tcpi_options             5    1
        RETRANSMIT_TIMEOUT         tcpi_rto                 8    4
        SEND_MSS                   tcpi_snd_mss             16   4
        RECEIVE_MSS                tcpi_rcv_mss             20   4
        RTT                        tcpi_rtt                 68   4
        RTT_VARIANCE               tcpi_rttvar              72   4
        SEND_SLOW_START_THRESHOLD  tcpi_snd_ssthresh        76   4
        SEND_CONGESTION_WINDOW     tcpi_snd_cwnd            80   4
        RECEIVE_SPACE              tcpi_rcv_space           96   4
        """;

    private static final String MACOS = """
        STATE                      tcpi_state               0    1
        OPTIONS                    tcpi_options             4    4
        RETRANSMIT_TIMEOUT         tcpi_rto                 12   4   ms
        SEND_MSS                   tcpi_maxseg              16   4
        SEND_SLOW_START_THRESHOLD  tcpi_snd_ssthresh        20   4
        SEND_CONGESTION_WINDOW     tcpi_snd_cwnd            24   4
        SEND_WINDOW                tcpi_snd_wnd             28   4
        RECEIVE_SPACE              tcpi_rcv_wnd             36   4
        RTT                        tcpi_srtt                44   4   ms
        RTT_VARIANCE               tcpi_rttvar              48   4   ms
        SEGMENTS_SENT              tcpi_txpackets           56   8
        BYTES_SENT                 tcpi_txbytes             64   8
        BYTES_RETRANSMITTED        tcpi_txretransmitbytes   72   8
        SEGMENTS_RECEIVED          tcpi_rxpackets           80   8
        BYTES_RECEIVED             tcpi_rxbytes             88   8
        TOTAL_RETRANSMITS          tcpi_txretransmitpackets 104  8
        """;

    /**
     * In the order of their numbers, which begin at 1 on Linux (include/net/tcp_states.h) and at 0
     * elsewhere (netinet/tcp_fsm.h).
     */
    private static final List<State> LINUX_STATES = List.of(
            State.ESTABLISHED,
            State.SYN_SENT,
            State.SYN_RECEIVED,
            State.FIN_WAIT_1,
            State.FIN_WAIT_2,
            State.TIME_WAIT,
            State.CLOSED,
            State.CLOSE_WAIT,
            State.LAST_ACK,
            State.LISTEN,
            State.CLOSING,
            State.SYN_RECEIVED);

    private static final List<State> BSD_STATES = List.of(
            State.CLOSED,
            State.LISTEN,
            State.SYN_SENT,
            State.SYN_RECEIVED,
            State.ESTABLISHED,
            State.CLOSE_WAIT,
            State.FIN_WAIT_1,
            State.CLOSING,
            State.LAST_ACK,
            State.FIN_WAIT_2,
            State.TIME_WAIT);

    static final TcpInfoLayout CURRENT = switch (Platform.current().os()) {
        case LINUX -> new TcpInfoLayout("struct tcp_info", "TCP_INFO", LINUX);
        case FREEBSD, NETBSD -> new TcpInfoLayout("struct tcp_info", "TCP_INFO", FREEBSD_AND_NETBSD);
        case OPENBSD -> new TcpInfoLayout("struct tcp_info", "TCP_INFO", OPENBSD);
        case MACOS -> new TcpInfoLayout("struct tcp_connection_info", "TCP_CONNECTION_INFO", MACOS);
        case DRAGONFLY -> new TcpInfoLayout("struct tcp_info", "TCP_INFO", "");
    };

    private record Row(Field field, String name, int offset, int bytes, int scale) {

        static Row of(String line) {
            String[] cells = line.trim().split(" +");
            return new Row(
                    Field.valueOf(cells[0]),
                    cells[1],
                    Integer.parseInt(cells[2]),
                    Integer.parseInt(cells[3]),
                    cells.length > 4 ? MICROS_PER_MILLI : 1);
        }

        int end() {
            return offset + bytes;
        }
    }

    private final String struct;
    private final String option;
    private final List<Row> rows;

    private TcpInfoLayout(String struct, String option, String table) {
        this.struct = struct;
        this.option = option;
        this.rows = table.lines().map(Row::of).toList();
    }

    boolean isAvailable() {
        return !rows.isEmpty();
    }

    String option() {
        return option;
    }

    /** The bytes up to the last field of the table; newer systems have more. */
    int bytes() {
        return rows.stream().mapToInt(Row::end).max().orElse(0);
    }

    void read(MemorySegment memory, Map<Field, Long> values) {
        for (Row row : rows) {
            if (row.end() <= memory.byteSize()) {
                long value = switch (row.bytes()) {
                    case Byte.BYTES -> Byte.toUnsignedLong(memory.get(ValueLayout.JAVA_BYTE, row.offset()));
                    case Integer.BYTES -> Integer.toUnsignedLong(memory.get(ValueLayout.JAVA_INT, row.offset()));
                    default -> memory.get(ValueLayout.JAVA_LONG, row.offset());
                };
                values.put(row.field(), value * row.scale());
            }
        }
    }

    State state(int number) {
        boolean linux = Platform.current().os() == Platform.Os.LINUX;
        List<State> states = linux ? LINUX_STATES : BSD_STATES;
        int index = linux ? number - 1 : number;
        if (index < 0 || index >= states.size()) {
            throw new IllegalStateException("unknown number of a TCP state: " + number);
        }
        return states.get(index);
    }

    static List<CStruct> cStructs() {
        if (!CURRENT.isAvailable()) {
            return List.of();
        }
        CStruct struct = CStruct.growing(CURRENT.struct);
        for (Row row : CURRENT.rows) {
            struct = struct.with(row.name(), row.offset(), row.bytes(), CStruct.Sign.UNSIGNED);
        }
        return List.of(struct);
    }
}
