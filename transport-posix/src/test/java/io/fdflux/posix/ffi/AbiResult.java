package io.fdflux.posix.ffi;

import java.util.List;

/**
 * The check's result for one target.
 *
 * @param constants  the number compared, like the next three
 * @param failures   entry and cause
 * @param present    constants that the headers have, but the tables call absent
 * @param absent     functions that the system lacks, as the code expects
 * @param undetected falsified entries that the check did not find
 */
record AbiResult(
        AbiTarget target,
        int constants,
        int structs,
        int fields,
        int functions,
        List<String> failures,
        List<String> present,
        List<String> absent,
        List<String> undetected) {

    boolean green() {
        return undetected.isEmpty() && (failures.isEmpty() || target.refused());
    }
}
