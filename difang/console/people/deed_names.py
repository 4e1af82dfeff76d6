"""What the deeds of the audit log, and what stands beside them, are called."""

from __future__ import annotations

from difang.console.languages import N_

DEEDS = {
    "run.now": N_("立即采集"),
    "run.cancel": N_("停止采集"),
    "run.retry": N_("重试失败的地址"),
    "schedule.pause": N_("暂停采集"),
    "schedule.resume": N_("恢复采集"),
    "schedule.set": N_("更改计划"),
    "issue.acknowledge": N_("接手问题"),
    "issue.resolve": N_("解决问题"),
    "backfill.start": N_("开始回溯"),
    "backfill.pause": N_("暂停回溯"),
    "backfill.resume": N_("继续回溯"),
    "backfill.cancel": N_("放弃回溯"),
    "audit.start": N_("开始核对"),
    "audit.pause": N_("暂停核对"),
    "audit.resume": N_("继续核对"),
    "audit.cancel": N_("放弃核对"),
    "audit.queue": N_("取回核对所缺"),
    "page.retry": N_("重试搁置的网页"),
    "page.discard": N_("放弃搁置的网页"),
    "page.fetch": N_("采集一页"),
    "takedown": N_("下架"),
    "takedown.undo": N_("撤销一次下架"),
    "task.reprocess": N_("比较存档与索引"),
    "task.reprocess-apply": N_("重新抽取并写入"),
    "task.migrate": N_("迁移到新版索引"),
    "task.rebuild": N_("重建索引"),
    "task.from-archive": N_("用存档重建索引"),
    "task.rollback": N_("回到迁移前的索引"),
    "task.cancel": N_("停止后台工作"),
    "telling.make": N_("添加通知"),
    "telling.change": N_("修改通知"),
    "telling.try": N_("测试通知"),
    "telling.remove": N_("删除通知"),
    "alert.save": N_("保存检索"),
    "alert.change": N_("修改已存检索"),
    "alert.pause": N_("暂停提醒"),
    "alert.resume": N_("恢复提醒"),
    "alert.delete": N_("删除已存检索"),
    "alert.target": N_("添加提醒地址"),
    "alert.target_remove": N_("移除提醒地址"),
    "user.invite": N_("邀请用户"),
    "user.withdraw": N_("撤回链接"),
    "user.join": N_("加入"),
    "user.identity": N_("关联统一身份"),
    "user.password": N_("更改密码"),
    "user.reset": N_("重设密码"),
    "user.role": N_("更改角色"),
    "user.mail": N_("更改电子邮箱"),
    "user.bar": N_("停用用户"),
    "user.unbar": N_("启用用户"),
    "user.remove": N_("删除用户"),
    "user.sign_out_everywhere": N_("在所有设备上退出"),
    "user.unlock": N_("解除锁定"),
    "sign_in.unlock": N_("解除地址锁定"),
    "sign_in.locked": N_("密码屡错，登录暂时锁定"),
    "token.make": N_("新建令牌"),
    "token.end": N_("作废令牌"),
}

DETAILS = {
    "why": N_("原因"),
    "reason": N_("理由"),
    "run": N_("采集"),
    "channels": N_("频道"),
    "channel": N_("频道"),
    "number": N_("编号"),
    "numbers": N_("编号"),
    "ids": N_("编号"),
    "from": N_("从"),
    "to": N_("到"),
    "since": N_("从"),
    "until": N_("到"),
    "pages": N_("页数"),
    "requests": N_("请求"),
    "addresses": N_("地址"),
    "every": N_("间隔"),
    "jitter": N_("错开窗口"),
    "issue": N_("问题"),
    "kind": N_("种类"),
    "mode": N_("方式"),
    "entry": N_("下架编号"),
    "queued": N_("放回队列"),
    "role": N_("角色"),
    "template": N_("模板"),
    "severity": N_("最低级别"),
    "mail": N_("电子邮箱"),
    "made_by": N_("谁发的"),
    "locked_name": N_("锁定的用户名"),
    "locked_from": N_("锁定的地址"),
    "scope": N_("范围"),
    "days": N_("天数"),
    "issuer": N_("身份服务"),
    "subject": N_("在身份服务的编号"),
}
"""Another detail is shown by its own word."""

_OF_CHANNELS = ("run.now", "schedule.", "backfill.", "audit.")


def of_channel(deed: str) -> bool:
    """Whether this deed is about a channel, by its slug, or about all of them; others are about people, rules, numbers.

    A user or a rule may be called as a channel's slug.
    """
    return deed.startswith(_OF_CHANNELS)
