//! How much memory there is, so that a state that doesn't fit is refused before it is tried.

use std::fs;
use std::path::Path;

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// Bytes that can be allocated now without swapping or being killed; `u64::MAX` where the system doesn't tell.
pub fn available_bytes() -> u64 {
    let what = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let machine = match System::new_with_specifics(what).available_memory() {
        0 => u64::MAX,
        bytes => bytes,
    };
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let group = groups.lines().filter_map(|line| group_available(line, Path::new("/sys/fs/cgroup"))).min();
    machine.min(group.unwrap_or(u64::MAX))
}

/// Bytes of a huge page.
const HUGE: usize = 2 << 20;

/// Asks for huge pages for memory of which nothing was touched yet: going through a large state takes fewer look-ups of
/// addresses then. The allocator doesn't ask, since small memory has to wait for a page that is cleared.
#[cfg(target_os = "linux")]
pub(crate) fn on_huge_pages(memory: &mut [std::mem::MaybeUninit<crate::ket::Line>]) {
    let range = memory.as_mut_ptr_range();
    let (start, end) = (range.start.addr().next_multiple_of(HUGE), range.end.addr() / HUGE * HUGE);
    if start < end {
        let first = range.start.with_addr(start).cast();
        // SAFETY: The pages lie in this memory, whose content the advice doesn't change.
        // Where it fails everything is the same, but slower.
        _ = unsafe { rustix::mm::madvise(first, end - start, rustix::mm::Advice::LinuxHugepage) };
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn on_huge_pages(_memory: &mut [std::mem::MaybeUninit<crate::ket::Line>]) {}

/// What a line of `/proc/self/cgroup` (`0::/path`, or `5:memory:/path` in version 1) leaves: the least over the group
/// and all groups around it.
fn group_available(line: &str, root: &Path) -> Option<u64> {
    let mut parts = line.splitn(3, ':');
    let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
    let is_v1 = controllers.split(',').any(|name| name == "memory");
    if !is_v1 && !controllers.is_empty() {
        return None;
    }
    let (root, limit, used, inactive) = if is_v1 {
        (root.join("memory"), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ")
    } else {
        (root.to_path_buf(), "memory.max", "memory.current", "inactive_file ")
    };
    let own = root.join(path.trim_start_matches('/'));
    own.ancestors()
        .take_while(|folder| folder.starts_with(&root))
        .filter_map(|folder| {
            // The word `max` stands for no limit and doesn't parse.
            let read = |name: &str| fs::read_to_string(folder.join(name)).ok()?.trim().parse::<u64>().ok();
            let (limit, used) = (read(limit)?, read(used)?);
            let stat = fs::read_to_string(folder.join("memory.stat")).unwrap_or_default();
            // File pages that nobody uses are given back before anybody is killed.
            let spare = stat.lines().find_map(|line| line.strip_prefix(inactive)?.trim().parse::<u64>().ok());
            Some(limit.saturating_sub(used.saturating_sub(spare.unwrap_or(0))))
        })
        .min()
}

#[cfg(test)]
mod tests;
