package io.fdflux.posix;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.IntFunction;

/**
 * A snapshot of the kernel's state of a TCP connection: TCP_INFO in tcp(7) and tcp(4), TCP_CONNECTION_INFO on macOS.
 * Immutable. Systems report different fields, and {@link #get} is empty for one that this system does not report.
 */
public final class TcpInfo {

    /** The connection's state, RFC 9293. */
    public enum State {
        /** There is no connection. */
        CLOSED,
        /** A listener. */
        LISTEN,
        /** SYN is sent. */
        SYN_SENT,
        /** SYN is received. */
        SYN_RECEIVED,
        /** Both directions are open. */
        ESTABLISHED,
        /** FIN is sent. */
        FIN_WAIT_1,
        /** FIN is sent and acknowledged. */
        FIN_WAIT_2,
        /** FIN is received. */
        CLOSE_WAIT,
        /** Both have sent FIN, and this side's is not acknowledged. */
        CLOSING,
        /** FIN is received, then sent. */
        LAST_ACK,
        /** Both directions are closed, and late segments may still arrive. */
        TIME_WAIT
    }

    /** The fields that a system may report. All times are in microseconds. */
    public enum Field {
        /** The system's number for a {@link State}; {@link TcpInfo#state()} translates it. */
        STATE,
        /**
         * Bits of negotiated options: 1 timestamps, 2 SACK, 4 window scaling, 8 ECN; on Linux, 32 data with the SYN.
         */
        OPTIONS,
        /** Retransmissions of the oldest segment that is not acknowledged. */
        RETRANSMITS,
        /** Unanswered keep-alive or zero-window probes. */
        PROBES,
        /** How often the retransmission timer was doubled. */
        BACKOFF,
        /** The retransmission timeout. */
        RETRANSMIT_TIMEOUT,
        /** The timeout of a delayed acknowledgement. */
        ACK_TIMEOUT,
        /** The largest segment sent, bytes. */
        SEND_MSS,
        /** The largest segment received, bytes. */
        RECEIVE_MSS,
        /** Segments sent and not acknowledged. */
        UNACKED,
        /** Segments acknowledged out of order. */
        SACKED,
        /** Segments considered lost. */
        LOST,
        /** Segments retransmitted and not acknowledged. */
        RETRANS,
        /** Time since data was last sent. */
        LAST_DATA_SENT,
        /** Time since data was last received. */
        LAST_DATA_RECEIVED,
        /** Time since an acknowledgement was last received. */
        LAST_ACK_RECEIVED,
        /** The path's MTU, bytes. */
        PATH_MTU,
        /** The smoothed round-trip time. */
        RTT,
        /** Its variance. */
        RTT_VARIANCE,
        /** The smallest round-trip time. */
        MIN_RTT,
        /** The slow-start threshold: segments on Linux, bytes elsewhere. */
        SEND_SLOW_START_THRESHOLD,
        /** The congestion window: segments on Linux, bytes elsewhere. */
        SEND_CONGESTION_WINDOW,
        /** The window that the peer offers, bytes. */
        SEND_WINDOW,
        /** The receive buffer's space, bytes. */
        RECEIVE_SPACE,
        /** Segments retransmitted in all. */
        TOTAL_RETRANSMITS,
        /** Bytes sent, those retransmitted included. */
        BYTES_SENT,
        /** Bytes that the peer acknowledged. */
        BYTES_ACKED,
        /** Bytes received. */
        BYTES_RECEIVED,
        /** Bytes retransmitted. */
        BYTES_RETRANSMITTED,
        /** Bytes written and not sent yet. */
        NOT_SENT_BYTES,
        /** Segments sent. */
        SEGMENTS_SENT,
        /** Segments received. */
        SEGMENTS_RECEIVED,
        /** Segments with data sent. */
        DATA_SEGMENTS_SENT,
        /** Segments with data received. */
        DATA_SEGMENTS_RECEIVED,
        /** The rate at which the kernel paces, bytes per second; -1 if it does not. */
        PACING_RATE,
        /** The recent rate of delivery to the peer, bytes per second. */
        DELIVERY_RATE
    }

    private final Map<Field, Long> values = new EnumMap<>(Field.class);
    private final IntFunction<State> states;

    /**
     * Makes a snapshot.
     *
     * @param values the reported fields, in the units of {@link Field}
     * @param states translates the system's number of {@link Field#STATE}
     */
    public TcpInfo(Map<Field, Long> values, IntFunction<State> states) {
        this.values.putAll(values);
        this.states = states;
    }

    /** {@return the state} */
    public State state() {
        return states.apply(values.get(Field.STATE).intValue());
    }

    /**
     * The value of a field.
     *
     * @param field the field
     * @return its value, empty if this version of the system does not report it
     */
    public OptionalLong get(Field field) {
        Long value = values.get(field);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    @Override
    public String toString() {
        return state() + " " + values;
    }
}
